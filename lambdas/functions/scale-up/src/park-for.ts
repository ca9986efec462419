import {
  SECOND,
  backOff,
  plus,
  type JobFollowUp,
  type GitHubFailure,
  type Job,
  type JobReason,
  type Launch,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import type { ScaleUpDeps } from './deps';

/** Milliseconds. */
const SHORTEST_LIMIT = 10 * SECOND;

/** Why a launch stops, and what becomes of its job. */
export interface Stop {
  readonly reason: string;
  readonly followUp: JobFollowUp;
}

/** A launch that goes no further. */
export interface Stopped {
  readonly job: Job;
  readonly launch: Pick<Launch, 'launchId' | 'scope'>;
  readonly lookup: TenantLookup;
  /** A machine was paid for in vain. */
  readonly hadMachine: boolean;
  /** The tenant's next launch may fail in the same way. */
  readonly failure?: string;
}

/** Parks the job for as long as its reason calls for. It keeps its restarts: none of these is the job's own fault. */
export function parkFor(
  reason: JobReason,
  { job, launch, lookup, hadMachine, failure }: Stopped,
  deps: Pick<ScaleUpDeps, 'clock'>,
): JobFollowUp {
  const slots = lookup.kind === 'tenant' ? lookup.tenant.slotsHeld : 0;
  const delay = backOff({ reason, starts: job.startNumber, hadMachine, slots, launchId: launch.launchId });
  return {
    kind: 'park',
    restart: {
      reason,
      usedMachine: false,
      ...(delay !== undefined && { nextTry: plus(deps.clock.now(), delay) }),
      ...(failure !== undefined && { failure }),
    },
  };
}

/** Parks the job until a time that the tenant's row names. */
export function parkUntil(reason: JobReason, nextTry: Date): JobFollowUp {
  return { kind: 'park', restart: { reason, usedMachine: false, nextTry } };
}

export function endAs(state: 'expired' | 'refused', reason: JobReason): JobFollowUp {
  return { kind: 'end', end: { state, reason } };
}

/**
 * A limited tenant waits until the time that GitHub names. Its row carries that time, so that no other worker asks, or
 * pays for a machine, before.
 */
export async function afterGitHub(
  failure: GitHubFailure,
  stopped: Stopped,
  deps: Pick<ScaleUpDeps, 'clock' | 'tenants' | 'metrics' | 'log'>,
): Promise<JobFollowUp> {
  if (failure.kind === 'unavailable') return parkFor('github-unavailable', stopped, deps);
  if (failure.kind === 'refused') {
    // Before a machine it cost nothing, and GitHub's word on a token is often about to change.
    const counts = stopped.hadMachine && !isOfItsRepository(failure.status, stopped);
    return parkFor(
      'github-refused',
      { ...stopped, ...(counts && { failure: `GitHub refused the runner (${failure.status})` }) },
      deps,
    );
  }
  const { installationId } = stopped.job;
  // A limit that seems over already, as clocks differ, would be run into again at once.
  const until = new Date(Math.max(failure.retryAt.getTime(), deps.clock.now().getTime() + SHORTEST_LIMIT));
  if (await deps.tenants.limitGitHub(installationId, until)) {
    const properties = { tenant_id: installationId, until: until.toISOString() };
    deps.metrics.count('TenantGitHubLimited', { properties });
    deps.log.warn("GitHub limits a tenant's requests, so its jobs wait until then", properties);
  }
  return parkUntil('github-limited', until);
}

/**
 * A repository that can't be found, of an account whose runners are its repositories' own: the others' launches may be
 * well.
 */
function isOfItsRepository(status: number, { launch }: Stopped): boolean {
  return launch.scope !== 'org' && (status === 404 || status === 422);
}
