import type { Tenant } from '../kit/scenario-context';
import {
  asOneBatch,
  experiment,
  createTenants,
  queueOne,
  ranOnOwnMachine,
  untilParked,
  untilParkedOrRun,
  type ChaosContext,
} from './chaos-context';

interface BrokenTenant {
  readonly login: string;
  readonly what: string;
  /** Breaks the middle tenant while its message waits between its neighbours'. */
  readonly break_: (stage: ChaosContext, tenant: Tenant) => Promise<void>;
  /** What becomes of its own job. */
  readonly followUp: (stage: ChaosContext, tenant: Tenant, jobId: number) => Promise<void>;
}

const LIMITED_SECONDS = 40;

/** GitHub refuses the tenant, and the webhook that says why never came: the row still calls it active. */
const BROKEN_TENANTS: readonly BrokenTenant[] = [
  {
    login: 'sleeper',
    what: 'suspended, and nobody told',
    break_: async ({ chaos, client }, { id }) => {
      await chaos.deliveryFault({
        kind: 'drop',
        installation_id: id,
        event: 'installation',
        action: 'suspend',
        times: 1,
      });
      await client.suspend(id);
    },
    followUp: async (stage, tenant, jobId) => {
      await waitsWithoutMachine(stage, tenant, jobId);
      stage.later.push(() => wakesAgain(stage, tenant, jobId));
    },
  },
  {
    login: 'leaver',
    what: 'uninstalled, and nobody told',
    break_: async ({ chaos, client }, { id }) => {
      await chaos.deliveryFault({
        kind: 'drop',
        installation_id: id,
        event: 'installation',
        action: 'deleted',
        times: 1,
      });
      await client.uninstall(id);
    },
    followUp: async (stage, tenant, jobId) => {
      await waitsWithoutMachine(stage, tenant, jobId);
      // The account comes back before anybody heard that it had left: two installations, of which one is in force.
      const again = (await createTenants(stage, [tenant.login]))[0];
      const ran = again && (await ranOnOwnMachine(stage, again, await queueOne(stage, again)));
      stage.checks.check(
        `${tenant.login} installs again, and runs as a tenant of its own`,
        ran?.held === true && again?.id !== tenant.id,
        ran?.detail,
      );
      // The sweeps that the others wait for go over this row too: an installation that is gone must not stop them.
      stage.later.push(async () => {
        await stage.chaos.redeliverFailed(tenant.id);
        await stage.poller.until(`${tenant.login}: an end of its job`, async () =>
          (await stage.account.job(tenant.id, jobId))?.state === 'refused' ? true : undefined,
        );
        stage.checks.check(`the uninstall of ${tenant.login}, told late, ends its waiting job`, true);
      });
    },
  },
  {
    login: 'limited',
    what: 'out of GitHub calls',
    break_: ({ chaos }, { id }) =>
      chaos.gitHubFault({ kind: 'rate_limit', installation_id: id, seconds: LIMITED_SECONDS }),
    followUp: async (stage, tenant, jobId) => {
      // On a busy machine the limit may be over before the job's turn has come.
      const reason = await untilParkedOrRun(stage, tenant, jobId);
      stage.checks.check(
        `the job of ${tenant.login} waits because of GitHub's limit, and says so`,
        reason === undefined || reason === 'github-limited',
        reason,
      );
      stage.later.push(() => runsLater(stage, tenant, jobId, 'when GitHub counts anew'));
    },
  },
  {
    login: 'garbled',
    what: 'with a row broken by hand',
    break_: ({ chaos }, { id }) =>
      chaos.editRow(id, { slots: { S: 'oops' }, max_runners: { S: 'many' }, tier: { S: 'galactic' } }),
    followUp: async (stage, tenant, jobId) => {
      // Or the sweep, which comes by once a minute, has mended the row first.
      await untilParkedOrRun(stage, tenant, jobId);
      stage.later.push(() => runsLater(stage, tenant, jobId, 'once the sweep has mended its row'));
    },
  },
];

/** Three tenants in one batch, the middle one broken: both neighbours' jobs finish. */
export async function noisyNeighbours(stage: ChaosContext): Promise<void> {
  const [left, right] = await createTenants(stage, ['left', 'right']);
  if (left === undefined || right === undefined) return;
  for (const broken of BROKEN_TENANTS) {
    await experiment(stage, `the middle one ${broken.what}`, async () => {
      const [middle] = await createTenants(stage, [broken.login]);
      if (middle === undefined) return;
      const tenants = [left, middle, right];
      const queue = async (): Promise<readonly number[]> => {
        const ids: number[] = [];
        for (const tenant of tenants) ids.push(await queueOne(stage, tenant));
        return ids;
      };
      const ids = await asOneBatch(stage, tenants.length, queue, () => broken.break_(stage, middle));
      for (const [index, tenant] of tenants.entries()) {
        if (tenant === middle) continue;
        const ran = await ranOnOwnMachine(stage, tenant, ids[index] ?? 0);
        stage.checks.check(
          `the job of ${tenant.login} finishes beside one of a tenant ${broken.what}`,
          ran.held,
          ran.detail,
        );
      }
      await broken.followUp(stage, middle, ids[1] ?? 0);
    });
  }
}

/** The suspension that nobody told of is told, and lifted twice within a second: GitHub's times can't order that. */
async function wakesAgain(stage: ChaosContext, tenant: Tenant, jobId: number): Promise<void> {
  const { client, chaos, account, poller, checks } = stage;
  const status = (wanted: string): Promise<true> =>
    poller.until(`${tenant.login}: ${wanted}`, async () =>
      (await account.tenant(tenant.id))?.status === wanted ? true : undefined,
    );
  await chaos.redeliverFailed(tenant.id);
  await status('suspended');
  await chaos.cancel(jobId);
  await client.unsuspend(tenant.id);
  await status('active');
  const waiting = await waitingInSuspension(stage, tenant);
  await client.suspend(tenant.id);
  await client.unsuspend(tenant.id);
  await status('active');
  const ran = await ranOnOwnMachine(stage, tenant, waiting);
  checks.check(`the job that ${tenant.login} queued while suspended runs when that is lifted`, ran.held, ran.detail);
}

/** GitHub says nothing of a suspended account's jobs, so an operator suspends it for the webhook to meet one. */
async function waitingInSuspension(stage: ChaosContext, tenant: Tenant): Promise<number> {
  await stage.chaos.editRow(tenant.id, { status: { S: 'suspended' }, suspended_by: { S: 'operator' } });
  const id = await queueOne(stage, tenant);
  const reason = await untilParked(stage, tenant, id);
  stage.checks.check(
    `a job that comes while ${tenant.login} is suspended waits for that`,
    reason === 'tenant-suspended',
    reason,
  );
  await stage.chaos.editRow(tenant.id, { status: { S: 'active' }, suspended_by: { S: 'github' } });
  return id;
}

async function waitsWithoutMachine(stage: ChaosContext, tenant: Tenant, jobId: number): Promise<void> {
  const reason = await untilParked(stage, tenant, jobId);
  const machines = stage.fleetMonitor.machinesOf(tenant.id);
  stage.checks.check(
    `the job of ${tenant.login} waits with a reason, and no machine was started for it`,
    reason !== '' && machines.length === 0,
    `${reason}; ${machines.join(', ')}`,
  );
}

async function runsLater(stage: ChaosContext, tenant: Tenant, jobId: number, when: string): Promise<void> {
  const ran = await ranOnOwnMachine(stage, tenant, jobId);
  stage.checks.check(`the job of ${tenant.login} runs ${when}`, ran.held, ran.detail);
}
