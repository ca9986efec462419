/**
 * What is remembered of a tenant's launches of one tier that came to nothing, in a row. Times are ISO 8601. Absent: the
 * last one was well. With `openedAt` the circuit is open: only probes start.
 */
export interface Circuit {
  readonly failures: number;
  readonly firstAt: string;
  readonly lastAt: string;
  /** Why the last one failed. */
  readonly reason: string;
  readonly openedAt?: string;
  /** When the next probe may start. */
  readonly probeAt?: string;
  readonly probes: number;
  /** The launch that probes now, or did last. */
  readonly probe?: string;
}

/** Of an attribute that a hand may have edited; undefined when it is no circuit, which then counts as closed. */
export function parseCircuit(value: unknown): Circuit | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const {
    failures,
    first_at: firstAt,
    last_at: lastAt,
    reason,
    opened_at: openedAt,
    probe_at: probeAt,
    probes,
    probe,
  }: Partial<Record<string, unknown>> = { ...value };
  if (!isCount(failures) || !isTime(firstAt) || !isTime(lastAt) || typeof reason !== 'string' || !isCount(probes))
    return undefined;
  return {
    failures,
    firstAt,
    lastAt,
    reason,
    probes,
    ...(isTime(openedAt) && { openedAt }),
    ...(isTime(probeAt) && { probeAt }),
    ...(typeof probe === 'string' && { probe }),
  };
}

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
const isTime = (value: unknown): value is string => typeof value === 'string' && !Number.isNaN(Date.parse(value));

/** As the tenants table spells it. */
export function buildCircuitAttribute({
  failures,
  firstAt,
  lastAt,
  reason,
  openedAt,
  probeAt,
  probes,
  probe,
}: Circuit): Record<string, unknown> {
  return {
    failures,
    first_at: firstAt,
    last_at: lastAt,
    reason,
    probes,
    ...(openedAt !== undefined && { opened_at: openedAt }),
    ...(probeAt !== undefined && { probe_at: probeAt }),
    ...(probe !== undefined && { probe }),
  };
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
