import type { GitHub, LifecycleEvent } from '@multi-tenant-runner/core';
import { activate } from './activate';
import type { TenantManagerDeps } from './deps';

type Wish = 'suspend' | 'unsuspend';

/**
 * Suspends or lifts GitHub's suspension, in the order of GitHub's own times; whatever is active afterwards starts what
 * waited.
 */
export async function changeSuspension(
  event: LifecycleEvent & { readonly action: Wish },
  deps: TenantManagerDeps,
): Promise<void> {
  const { installationId, changedAt } = event;
  const outcome = changedAt === undefined ? 'tie' : await deps.lifecycle[event.action](installationId, changedAt);
  if (outcome === 'tie') await settle(event, deps);
  // Also when nothing changed: this may be the repeat of an event that was cut off before its jobs were woken.
  if (event.action === 'unsuspend') await activate(installationId, deps);
}

/** GitHub's times have seconds only. Two changes within one of them are ordered by what GitHub says now. */
async function settle(event: LifecycleEvent & { readonly action: Wish }, deps: TenantManagerDeps): Promise<void> {
  const wish = decideTie(event.action, await deps.github.getInstallation(event.installationId));
  if (wish === 'retry') {
    throw new Error(
      `GitHub did not answer for installation ${event.installationId}, and two changes of its suspension ` +
        'have the same time; retrying the event.',
    );
  }
  deps.log.info('Two suspension events have the same time; asked GitHub for the current status', { decided: wish });
  if (wish !== 'leave') {
    await deps.lifecycle[wish](event.installationId, event.changedAt ?? deps.clock.now().toISOString(), {
      settled: true,
    });
  }
}

/**
 * What to write after a tie. Where GitHub does not answer for the installation, suspended is the side on which nothing
 * starts in a tenant's name that should not, and both orders of the two events end there.
 */
export function decideTie(
  action: Wish,
  answer: Awaited<ReturnType<GitHub['getInstallation']>>,
): Wish | 'leave' | 'retry' {
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
