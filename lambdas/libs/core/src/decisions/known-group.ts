import type { Job } from '../model/job';
import type { KnownGroup } from '../model/known-group';
import type { TenantLookup } from '../model/tenant';
import { DAY, ageOf } from '../model/time';
import type { RunnerGroupName } from '../ports/github';

/** After that GitHub is asked again: a group that was renamed keeps its id. */
const KNOWN_FOR = DAY;
/** A row has room for so many ids beside its slots; jobs of more repositories are asked for each time. */
const MOST_REPOSITORIES = 20;

type OfJob = Pick<Job, 'tier' | 'repoId' | 'isPublic' | 'restarts'>;

/** What GitHub says of a group that was looked for. */
export interface FoundGroup {
  readonly group: RunnerGroupName;
  readonly id: number;
  /** It takes jobs of every private repository. */
  readonly isForAll: boolean;
}

/**
 * The id of the group that a job's runner goes into, as far as that is known without asking GitHub. Not for a job of
 * which a machine came to nothing, nor of a size whose launches fail: a group may have been restricted since. A job
 * whose runner another one took is no such job: after an outage there are thousands of them. Pure.
 */
export function decideKnownGroup(
  lookup: TenantLookup,
  job: OfJob,
  group: RunnerGroupName,
  now: Date,
): number | undefined {
  if (lookup.kind !== 'tenant' || job.restarts > 0 || lookup.tenant.circuits.has(job.tier)) return undefined;
  const { knownGroup } = lookup.tenant;
  if (knownGroup === undefined || !isFresh(knownGroup, group, now)) return undefined;
  return takes(knownGroup, job) ? knownGroup.id : undefined;
}

/**
 * What the tenant's row remembers once GitHub has taken a runner into a group that it was asked for. Undefined: what
 * stands there stays. Pure.
 */
export function learnGroup(
  known: KnownGroup | undefined,
  { group, id, isForAll }: FoundGroup,
  job: OfJob,
  now: Date,
): KnownGroup | undefined {
  const learned = { group, id, at: now.toISOString() };
  const isSame = known?.id === id && isFresh(known, group, now);
  if (isSame && takes(known, job)) return undefined;
  if (isForAll && !job.isPublic) return learned;
  if (job.repoId === undefined) return undefined;
  // It is known for no longer than the oldest of it.
  if (!isSame || known.repositories === undefined)
    return isSame ? undefined : { ...learned, repositories: [job.repoId] };
  if (known.repositories.length >= MOST_REPOSITORIES) return undefined;
  return { ...known, repositories: [...known.repositories, job.repoId] };
}

function isFresh(known: KnownGroup, group: RunnerGroupName, now: Date): boolean {
  const age = ageOf(known.at, now);
  return known.group === group && age >= 0 && age < KNOWN_FOR;
}

function takes({ repositories }: KnownGroup, { repoId, isPublic }: OfJob): boolean {
  return repositories === undefined ? !isPublic : repoId !== undefined && repositories.includes(repoId);
}
