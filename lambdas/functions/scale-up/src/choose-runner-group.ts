import type { RunnerPlace } from '@multi-tenant-runner/core';
import { afterGitHub, endAs, parkFor, type Stop, type Stopped } from './park-for';
import type { ScaleUpDeps } from './deps';

/** The only one that a repository's own runners can be in. */
const OF_REPOSITORIES = 1;

export type ChosenGroup = { readonly kind: 'group'; readonly id: number } | ({ readonly kind: 'stop' } & Stop);

/**
 * The runner group that the machine's runner goes into, asked for before the machine is paid for: GitHub gives a runner
 * no job of a repository that its group leaves out, so that each machine for such a job would idle until its time-out.
 * https://docs.github.com/en/actions/hosting-your-own-runners/managing-self-hosted-runners/managing-access-to-self-hosted-runners-using-groups
 */
export async function chooseRunnerGroup(place: RunnerPlace, stopped: Stopped, deps: ScaleUpDeps): Promise<ChosenGroup> {
  if (place.scope !== 'org') return { kind: 'group', id: OF_REPOSITORIES };
  const { job, lookup } = stopped;
  const ofTier = deps.settings.tiers.get(job.tier)?.runnerGroupId ?? OF_REPOSITORIES;
  const ofTenant = lookup.kind === 'tenant' ? lookup.tenant.runnerGroup : undefined;
  const found = await deps.github.findRunnerGroup(place, ofTenant ?? ofTier, job.repo);
  switch (found.kind) {
    case 'found':
      return { kind: 'group', id: found.groupId };
    case 'leaves-out':
      return { kind: 'stop', followUp: endAs('refused', 'runner-group'), reason: 'runner-group' };
    case 'none':
      deps.log.warn(
        'A tenant has no runner group of that name or id, so its jobs wait; correct runner_group in its row, ' +
          'or the group at GitHub',
        { tenant_id: job.installationId, runner_group: ofTenant ?? ofTier },
      );
      return { kind: 'stop', followUp: parkFor('no-runner-group', stopped, deps), reason: 'no-runner-group' };
    default:
      // An id needs no translation: GitHub says itself, when the runner is registered, whether it is good.
      if (ofTenant === undefined && found.kind !== 'limited') return { kind: 'group', id: ofTier };
      return { kind: 'stop', followUp: await afterGitHub(found, stopped, deps), reason: 'github' };
  }
}
