import * as v from 'valibot';
import { circuitAttribute } from './circuit';
import { KNOWN_GROUP_ATTRIBUTE, buildKnownGroupAttribute } from './known-group';
import { boolean, integer, oneOf, orgType, string, time } from './schema';
import { renameKeys, toSnakeCase } from './snake-case';
import { DELETION_MARKS, type TenantLookup } from './tenant';
import { parseTenantRow } from './tenant-row';
import type { Tiers } from './tier';
import { CAP_ATTRIBUTES, hasCaps } from './usage-caps';

const fields = {
  orgName: string,
  orgType,
  status: oneOf(['active']),
  tier: string,
  maxRunners: integer(),
  slotsHeld: integer(),
  accountId: v.exactOptional(integer()),
  securityGroupId: v.exactOptional(string),
  allowPublicRepositories: v.exactOptional(boolean),
  runnerGroup: v.exactOptional(string),
  githubLimitedUntil: v.exactOptional(time),
  /** As the row has it. */
  runnerGroupKnown: v.exactOptional(v.record(v.string(), v.unknown())),
};

/** An unusable one counts as absent, and the row is read. */
export const tenantNote = v.fallback(v.optional(v.pipe(v.object(fields), v.readonly())), undefined);

/**
 * What a message says of its tenant's row, as its sender had just read it: enough to admit a job, in a write that asks
 * whether it is still so. Never enough to stop one.
 */
export type TenantNote = NonNullable<v.InferOutput<typeof tenantNote>>;

/** What may be out of date: a wrong count is refused by the limit, a wrong group by GitHub, which is asked then. */
const HINTS = ['slots_held', KNOWN_GROUP_ATTRIBUTE];
/** The attributes that a launch is decided by, but for the circuit of its size. A note has none of the last ones. */
const ASKED = [...Object.keys(fields).map(toSnakeCase), ...DELETION_MARKS, ...Object.values(CAP_ATTRIBUTES)].filter(
  (name) => !HINTS.includes(name),
);
/** More repositories would make the message long. */
const MOST_REPOSITORIES = 20;

/** Undefined where the row could stop a job, or says something that a note has no room for. */
export function buildTenantNote(lookup: TenantLookup): TenantNote | undefined {
  if (lookup.kind !== 'tenant' || lookup.slotsBroken || lookup.problems.length > 0) return undefined;
  const { tenant } = lookup;
  const { status, cleanup, caps, circuits, knownGroup } = tenant;
  if (status !== 'active' || cleanup !== undefined || hasCaps(caps) || circuits.size > 0) return undefined;
  if ((knownGroup?.repositories?.length ?? 0) > MOST_REPOSITORIES) return undefined;
  const { orgName, tier, maxRunners, slotsHeld } = tenant;
  const { accountId, securityGroupId, allowPublicRepositories, runnerGroup, githubLimitedUntil } = tenant;
  return {
    ...{ orgName, orgType: tenant.orgType, status, tier, maxRunners, slotsHeld },
    ...(accountId !== undefined && { accountId }),
    ...(securityGroupId !== undefined && { securityGroupId }),
    ...(allowPublicRepositories !== undefined && { allowPublicRepositories }),
    ...(runnerGroup !== undefined && { runnerGroup }),
    ...(githubLimitedUntil !== undefined && { githubLimitedUntil }),
    ...(knownGroup && { runnerGroupKnown: buildKnownGroupAttribute(knownGroup) }),
  };
}

/** The tenant as its row says, while it says what the note does. */
export function lookupOfNote(
  installationId: number,
  note: TenantNote,
  { tiers, defaultTier }: { readonly tiers: Tiers; readonly defaultTier: string },
): TenantLookup {
  return parseTenantRow(installationId, rowOf(note), tiers, defaultTier);
}

/**
 * What must be in the tenant's row for a note to hold for a job of a tier, by attribute; null: it must be missing.
 */
export function expectationsOf(note: TenantNote, tier: string): Readonly<Record<string, unknown>> {
  const row = rowOf(note);
  return Object.fromEntries([...ASKED, circuitAttribute(tier)].map((name) => [name, row[name] ?? null]));
}

const rowOf = (note: TenantNote): Record<string, unknown> => ({ ...Object(renameKeys(note, toSnakeCase)) });
