import { learnGroup, type GitHubFailure } from '@multi-tenant-runner/core';
import { chooseRunnerGroup, type ChosenGroup, type RunnerGroup } from './choose-runner-group';
import { configureRunner, type Configured, type RunnerSettings } from './configure-runner';
import type { ScaleUpDeps } from './deps';
import type { Stop, Stopped } from './park-for';

type Machine = Parameters<typeof configureRunner>[0];

/**
 * Configures a machine for the group that was chosen. Where the tenant's row remembered the group and GitHub takes no
 * runner into it any more, GitHub is asked for the group once: it may have been made anew under another id.
 */
export async function configureInGroup(
  launch: Machine,
  group: RunnerGroup,
  { stopped, ...settings }: Omit<RunnerSettings, 'runnerGroupId'> & { readonly stopped: Stopped },
  deps: ScaleUpDeps,
): Promise<Configured | ({ readonly kind: 'stop' } & Stop)> {
  const configureFor = (id: number) => configureRunner(launch, { ...settings, runnerGroupId: id }, deps);
  const first = await configureFor(group.id);
  if (first.kind === 'stored') await remember(group, stopped, deps);
  if (first.kind !== 'github' || group.isRemembered !== true || !mayBeOfGroup(first.failure)) return first;
  await settings.onWait();
  const again: ChosenGroup = await chooseRunnerGroup(settings.place, stopped, deps);
  if (again.kind === 'stop') return again;
  if (again.id === group.id) return first;
  const second = await configureFor(again.id);
  if (second.kind === 'stored') await remember(again, stopped, deps);
  return second;
}

/**
 * A group that GitHub does not know is a 404, its own group of hosted runners a 403, as somebody found who tried both:
 * https://docs.rs/runner-manager-github/latest/runner_manager_github/jit/
 */
function mayBeOfGroup(failure: GitHubFailure): boolean {
  return failure.kind === 'refused' && [403, 404, 422].includes(failure.status);
}

/** A row without it costs the next launch a question. */
async function remember({ found }: RunnerGroup, { job, lookup }: Stopped, deps: ScaleUpDeps): Promise<void> {
  if (found === undefined || lookup.kind !== 'tenant') return;
  const known = learnGroup(lookup.tenant.knownGroup, found, job, deps.clock.now());
  if (known === undefined) return;
  try {
    await deps.tenants.rememberGroup(job.installationId, known);
  } catch (cause) {
    deps.log.warn('A runner group could not be remembered, so GitHub is asked for it again', { cause });
  }
}
