import * as v from 'valibot';
import type { RunnerGroupName } from '../ports/github';
import { pick } from './pick';
import { integer, object, read, string, time } from './schema';

const group = v.union([string, integer(1)], 'is neither a name nor an id');
const fields = object({
  group,
  id: integer(1),
  at: time,
  repositories: v.exactOptional(v.array(integer(), 'is not a list of ids')),
});
const FIELDS = v.keyof(fields).options;

/**
 * A runner group into which GitHub took a runner of the tenant, as the tenant's row remembers it, by the name or id
 * that it was looked for by.
 */
export interface KnownGroup {
  readonly group: RunnerGroupName;
  /** In the tenant's own organisation. */
  readonly id: number;
  /** When GitHub said so. ISO 8601. */
  readonly at: string;
  /** Ids of the repositories that it is known to take jobs of; absent: of every private one. */
  readonly repositories?: readonly number[];
}

/** The attribute of the tenants table. */
export const KNOWN_GROUP_ATTRIBUTE = 'runner_group_known';

/** Undefined when the attribute is none, or a hand made something else of it: GitHub is asked then. */
export function parseKnownGroup(value: unknown): KnownGroup | undefined {
  return read(fields, value);
}

/** As the tenants table has it. */
export function buildKnownGroupAttribute(known: KnownGroup): Record<string, unknown> {
  return { ...pick(known, FIELDS) };
}
