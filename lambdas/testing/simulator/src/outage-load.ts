import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createTestHarness } from '@multi-tenant-runner/testing';
import { createScheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { runRecovery } from './recovery-runs';
import { HOT, createGitHubAfterOutage, type GitHubAfterOutage, type Outage } from './services/github-after-outage';
import { ACCOUNT } from './services/search-after-outage';

/** How an outage's jobs came to be heard of. */
export interface OutageDrain {
  readonly jobs: number;
  readonly bySearch: number;
  readonly byDelivery: number;
  /** Seconds from the end of the outage, ascending, of all jobs that were heard of. */
  readonly waits: readonly number[];
  /** Those of the tenant that has a tenth of the jobs, and of all the others. */
  readonly hot: readonly number[];
  readonly others: readonly number[];
  /** Until the installation was heard of. */
  readonly installation: number | undefined;
}

const GIVE_UP = 12 * HOUR;

/** Lets the webhook fail for a while, and recovery find what it missed; recovery itself was down as well. */
export async function recoverFromOutage(outage: Outage): Promise<OutageDrain> {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const harness = createTestHarness();
    const github = createGitHubAfterOutage(outage, scheduler.now);
    await addTenants(outage, harness, scheduler.now());
    const ended = scheduler.now() + outage.minutes * MINUTE;
    let over = false;
    scheduler.after(outage.minutes * MINUTE, () => (over = true));
    await scheduler.run(() => over);
    await runRecovery({
      scheduler,
      harness,
      app: github.app,
      search: github.search,
      queue: { sendJob: async ({ jobId }) => github.hear(jobId, 'search') },
      isOver: () => github.jobs.every(({ heardAt }) => heardAt !== undefined) || scheduler.now() > ended + GIVE_UP,
    });
    return drainOf(github, ended);
  } finally {
    uninstall();
  }
}

/** Each was searched within the half hour before the outage, and all of its repositories within six hours. */
async function addTenants(
  { tenants }: Outage,
  { addTenant, state }: ReturnType<typeof createTestHarness>,
  now: number,
): Promise<void> {
  for (let number = 1; number <= tenants; number += 1) {
    const share = number / tenants;
    addTenant({ installation_id: number, org_name: `org-${number}`, account_id: ACCOUNT + number });
    await state.recovery.writeScan(
      {
        installationId: number,
        phase: 'done',
        breadth: 'recent',
        page: 1,
        index: 0,
        seenUpdatedAt: String(state.tenants.rows.get(number)?.['updated_at']),
        notBefore: new Date(now + share * 30 * MINUTE).toISOString(),
        wholeAt: new Date(now + share * 6 * HOUR).toISOString(),
      },
      new Date(now),
    );
  }
}

function drainOf({ jobs, installation }: GitHubAfterOutage, ended: number): OutageDrain {
  const heard = jobs.filter(({ heardAt }) => heardAt !== undefined);
  const waitsOf = (some: typeof heard): number[] =>
    some.map(({ heardAt = 0 }) => (heardAt - ended) / SECOND).sort((a, b) => a - b);
  return {
    jobs: jobs.length,
    bySearch: heard.filter(({ by }) => by === 'search').length,
    byDelivery: heard.filter(({ by }) => by === 'delivery').length,
    waits: waitsOf(heard),
    hot: waitsOf(heard.filter(({ installationId }) => installationId === HOT)),
    others: waitsOf(heard.filter(({ installationId }) => installationId !== HOT)),
    installation: installation.heardAt === undefined ? undefined : (installation.heardAt - ended) / SECOND,
  };
}

/** The result in words. */
export function printableDrain({ tenants, jobs, minutes }: Outage, drain: OutageDrain): string {
  const at = (waits: readonly number[], share: number): string =>
    `${((waits[Math.floor(share * (waits.length - 1))] ?? 0) / 60).toFixed(0)} min`;
  const spread = (waits: readonly number[]): string =>
    `p50 ${at(waits, 0.5)}, p95 ${at(waits, 0.95)}, the last ${at(waits, 1)}`;
  return [
    `outage           ${minutes} min, ${jobs} jobs of ${tenants} tenants`,
    `heard of           ${drain.waits.length} of ${drain.jobs}, ${drain.bySearch} by search, ` +
      `${drain.byDelivery} redelivered`,
    `after its end      ${spread(drain.others)}`,
    `the hot tenant     ${drain.hot.length} jobs, ${spread(drain.hot)}`,
    `an installation    ${drain.installation === undefined ? 'never' : `${drain.installation.toFixed(0)} s`}`,
  ].join('\n');
}
