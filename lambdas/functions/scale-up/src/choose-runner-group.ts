import { decideKnownGroup, type FoundGroup, type RunnerGroupName, type RunnerPlace } from '@multi-tenant-runner/core';
import { afterGitHub, endAs, parkFor, type Stop, type Stopped } from './park-for';
import type { ScaleUpDeps } from './deps';

/** The only one that a repository's own runners can be in. */
const OF_REPOSITORIES = 1;

export interface RunnerGroup {
  readonly kind: 'group';
  readonly id: number;
  /** The tenant's row remembers it: nobody has asked GitHub now. */
  readonly isRemembered?: boolean;
  /** What GitHub has just said of it, for the tenant's row once it takes a runner. */
  readonly found?: FoundGroup;
}
export type ChosenGroup = RunnerGroup | ({ readonly kind: 'stop' } & Stop);

/**
 * The runner group that the machine's runner goes into, as far as the tenant's row remembers it. What GitHub took a
 * runner into today it will most likely take the next one into, so EC2 need not wait for its answer.
 */
export function recallRunnerGroup(place: RunnerPlace, stopped: Stopped, deps: ScaleUpDeps): RunnerGroup | undefined {
  if (place.scope !== 'org') return undefined;
  const { job, lookup } = stopped;
  const id = decideKnownGroup(lookup, job, wantedGroup(stopped, deps), deps.clock.now());
  return id === undefined ? undefined : { kind: 'group', id, isRemembered: true };
}

/**
 * The same by GitHub's word, asked for before the machine is paid for: GitHub gives a runner no job of a repository
 * that its group leaves out, so that each machine for such a job would idle until its time-out.
 * https://docs.github.com/en/actions/hosting-your-own-runners/managing-self-hosted-runners/managing-access-to-self-hosted-runners-using-groups
 */
export async function chooseRunnerGroup(place: RunnerPlace, stopped: Stopped, deps: ScaleUpDeps): Promise<ChosenGroup> {
  if (place.scope !== 'org') return { kind: 'group', id: OF_REPOSITORIES };
  const { job } = stopped;
  const group = wantedGroup(stopped, deps);
  const found = await deps.github.findRunnerGroup(place, group, job.repo);
  if (found.kind === 'leaves-out' || found.kind === 'none') await forget(stopped, deps);
  switch (found.kind) {
    case 'found': {
      const { groupId: id, isForAll, isNews } = found;
      return { kind: 'group', id, ...(isNews && { found: { group, id, isForAll } }) };
    }
    case 'leaves-out':
      return { kind: 'stop', followUp: endAs('refused', 'runner-group'), reason: 'runner-group' };
    case 'none':
      deps.log.warn(
        'A tenant has no runner group of that name or id, so its jobs wait; correct runner_group in its row, ' +
          'or the group at GitHub',
        { tenant_id: job.installationId, runner_group: group },
      );
      return { kind: 'stop', followUp: parkFor('no-runner-group', stopped, deps), reason: 'no-runner-group' };
    default:
      // An id needs no translation: GitHub says itself, when the runner is registered, whether it is good.
      if (typeof group === 'number' && found.kind !== 'limited') return { kind: 'group', id: group };
      return { kind: 'stop', followUp: await afterGitHub(found, stopped, deps), reason: 'github' };
  }
}

/** By the name that the tenant's row has, or else the id that the job's tier has. */
function wantedGroup({ job, lookup }: Stopped, { settings }: Pick<ScaleUpDeps, 'settings'>): RunnerGroupName {
  const ofTenant = lookup.kind === 'tenant' ? lookup.tenant.runnerGroup : undefined;
  return ofTenant ?? settings.tiers.get(job.tier)?.runnerGroupId ?? OF_REPOSITORIES;
}

/** It was restricted or removed since, perhaps for other repositories too. */
async function forget({ job, lookup }: Stopped, { tenants }: Pick<ScaleUpDeps, 'tenants'>): Promise<void> {
  if (lookup.kind !== 'tenant' || lookup.tenant.knownGroup === undefined) return;
  await tenants.rememberGroup(job.installationId, null);
}
