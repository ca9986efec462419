import * as v from 'valibot';
import { pick } from './pick';
import { anyString, integer, object, read, time, type Schema } from './schema';
import { renameKeys, toCamelCase, toSnakeCase } from './snake-case';

/** An unusable value counts as absent: an operator may have edited it. */
const lenient = <T>(schema: Schema<T>) => v.fallback(v.optional(schema), undefined);

const fields = object({
  failures: integer(),
  firstAt: time,
  lastAt: time,
  /** Why the last one failed. */
  reason: anyString,
  openedAt: lenient(time),
  /** When the next probe may start. */
  probeAt: lenient(time),
  probes: integer(),
  /** The launch that probes now, or did last. */
  probe: lenient(anyString),
});
const circuit = v.pipe(fields, v.readonly());
const CIRCUIT_FIELDS = v.keyof(fields).options;

/**
 * What is remembered of a tenant's launches of one tier that came to nothing, in a row. Times are ISO 8601. Absent: the
 * last one was well. With `openedAt` the circuit is open: only probes start.
 */
export type Circuit = v.InferOutput<typeof circuit>;

/** Undefined when the attribute is no circuit, which then counts as closed. */
export function parseCircuit(value: unknown): Circuit | undefined {
  const parsed = read(circuit, renameKeys(value, toCamelCase));
  return parsed && pick(parsed, CIRCUIT_FIELDS);
}

/** As the tenants table spells it. */
export function buildCircuitAttribute(value: Circuit): Record<string, unknown> {
  return { ...Object(renameKeys(pick(value, CIRCUIT_FIELDS), toSnakeCase)) };
}

const PREFIX = 'circuit_';

/** The attribute of the tenants table that holds a tier's circuit. */
export function circuitAttribute(tier: string): string {
  return `${PREFIX}${tier}`;
}

/** The circuits of a row, by tier. */
export function parseCircuits(row: Readonly<Record<string, unknown>>): ReadonlyMap<string, Circuit> {
  return new Map(
    Object.entries(row).flatMap(([name, value]): [string, Circuit][] => {
      const circuit = name.startsWith(PREFIX) ? parseCircuit(value) : undefined;
      return circuit === undefined ? [] : [[name.slice(PREFIX.length), circuit]];
    }),
  );
}
