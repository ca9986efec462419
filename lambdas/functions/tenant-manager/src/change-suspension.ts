import type { GitHub, LifecycleEvent } from '@multi-tenant-runner/core';
import { activate } from './activate';
import type { TenantManagerDeps } from './deps';

type SuspensionAction = 'suspend' | 'unsuspend';

/**
 * Suspends a tenant or lifts GitHub's suspension, in the order of GitHub's own times. A tenant that is active
 * afterwards starts its waiting jobs.
 */
export async function changeSuspension(
  event: LifecycleEvent & { readonly action: SuspensionAction },
  deps: TenantManagerDeps,
): Promise<void> {
  const { installationId, changedAt } = event;
  const outcome = changedAt === undefined ? 'tie' : await deps.lifecycle[event.action](installationId, changedAt);
  if (outcome === 'tie') await settle(event, deps);
  // Also when nothing changed: an earlier attempt of this event may have failed before it dispatched the jobs.
  if (event.action === 'unsuspend') await activate(installationId, deps);
}

/** GitHub's times have whole seconds. Two changes within one second are ordered by GitHub's current status. */
async function settle(
  event: LifecycleEvent & { readonly action: SuspensionAction },
  deps: TenantManagerDeps,
): Promise<void> {
  const decided = decideTie(event.action, await deps.github.getInstallation(event.installationId));
  if (decided === 'retry') {
    throw new Error(
      `GitHub did not answer for installation ${event.installationId}, and two changes of its suspension ` +
        'have the same time; retrying the event.',
    );
  }
  deps.log.info('Two suspension events have the same time; asked GitHub for the current status', { decided });
  if (decided !== 'leave') {
    await deps.lifecycle[decided](event.installationId, event.changedAt ?? deps.clock.now().toISOString(), {
      settled: true,
    });
  }
}

/**
 * Which status to write after a tie. If GitHub refuses to answer for the installation, suspended is the safe side:
 * nothing starts, and both orders of the two events end there.
 */
export function decideTie(
  action: SuspensionAction,
  answer: Awaited<ReturnType<GitHub['getInstallation']>>,
): SuspensionAction | 'leave' | 'retry' {
  switch (answer.kind) {
    case 'found':
      if (answer.installation !== undefined) return answer.installation.suspended ? 'suspend' : 'unsuspend';
      return action === 'suspend' ? 'suspend' : 'leave';
    case 'refused':
      return action === 'suspend' ? 'suspend' : 'leave';
    case 'limited':
    case 'unavailable':
      return 'retry';
  }
}
