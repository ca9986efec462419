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
  /** Breaks the middle tenant while its message waits between the others. */
  readonly breakTenant: (context: ChaosContext, tenant: Tenant) => Promise<void>;
  /** Checks its own job. */
  readonly followUp: (context: ChaosContext, tenant: Tenant, jobId: number) => Promise<void>;
}

const LIMITED_SECONDS = 40;

/** GitHub refuses the tenant, but its row is still active because the webhook never came. */
const BROKEN_TENANTS: readonly BrokenTenant[] = [
  {
    login: 'sleeper',
    what: 'suspended without a webhook',
    breakTenant: async ({ operator, user }, { id }) => {
      await operator.addFault('deliveries', {
        kind: 'drop',
        installation_id: id,
        event: 'installation',
        action: 'suspend',
        times: 1,
      });
      await user.suspend(id);
    },
    followUp: async (context, tenant, jobId) => {
      await waitsWithoutMachine(context, tenant, jobId);
      context.later.push(() => resumesAfterSuspension(context, tenant, jobId));
    },
  },
  {
    login: 'leaver',
    what: 'uninstalled without a webhook',
    breakTenant: async ({ operator, user }, { id }) => {
      await operator.addFault('deliveries', {
        kind: 'drop',
        installation_id: id,
        event: 'installation',
        action: 'deleted',
        times: 1,
      });
      await user.uninstall(id);
    },
    followUp: async (context, tenant, jobId) => {
      await waitsWithoutMachine(context, tenant, jobId);
      // The account installs again before its uninstall webhook arrives: two installations, one of them current.
      const again = (await createTenants(context, [tenant.login]))[0];
      const ran = again && (await ranOnOwnMachine(context, again, await queueOne(context, again)));
      context.checks.check(
        `${tenant.login} installs again, and runs as a tenant of its own`,
        ran?.held === true && again?.id !== tenant.id,
        ran?.detail,
      );
      // The sweeps that the others wait for visit this row too; a deleted installation must not stop them.
      context.later.push(async () => {
        await context.operator.redeliverFailed(tenant.id);
        await context.poller.until(`${tenant.login}: an end of its job`, async () =>
          (await context.account.job(tenant.id, jobId))?.state === 'refused' ? true : undefined,
        );
        context.checks.check(`the late uninstall webhook of ${tenant.login} ends its waiting job`, true);
      });
    },
  },
  {
    login: 'limited',
    what: 'out of GitHub calls',
    breakTenant: ({ operator }, { id }) =>
      operator.addFault('github', { kind: 'rate_limit', installation_id: id, seconds: LIMITED_SECONDS }),
    followUp: async (context, tenant, jobId) => {
      // On a busy machine the limit may be over before the job's turn has come.
      const reason = await untilParkedOrRun(context, tenant, jobId);
      context.checks.check(
        `the job of ${tenant.login} waits because of GitHub's limit, and says so`,
        reason === undefined || reason === 'github-limited',
        reason,
      );
      context.later.push(() => runsLater(context, tenant, jobId, 'when GitHub counts anew'));
    },
  },
  {
    login: 'garbled',
    what: 'with an invalid row',
    breakTenant: ({ aws }, { id }) =>
      aws.editRow(id, { slots_held: { S: 'oops' }, max_runners: { S: 'many' }, tier: { S: 'galactic' } }),
    followUp: async (context, tenant, jobId) => {
      // The sweep, which runs once a minute, may have repaired the row first.
      await untilParkedOrRun(context, tenant, jobId);
      context.later.push(() => runsLater(context, tenant, jobId, 'once the sweep has repaired its row'));
    },
  },
];

/** Three tenants in one batch, the middle one broken: the others' jobs finish. */
export async function noisyNeighbour(context: ChaosContext): Promise<void> {
  const [left, right] = await createTenants(context, ['left', 'right']);
  if (left === undefined || right === undefined) return;
  for (const broken of BROKEN_TENANTS) {
    await experiment(context, `the middle one ${broken.what}`, async () => {
      const [middle] = await createTenants(context, [broken.login]);
      if (middle === undefined) return;
      const tenants = [left, middle, right];
      const queue = async (): Promise<readonly number[]> => {
        const ids: number[] = [];
        for (const tenant of tenants) ids.push(await queueOne(context, tenant));
        return ids;
      };
      const ids = await asOneBatch(context, tenants.length, queue, () => broken.breakTenant(context, middle));
      for (const [index, tenant] of tenants.entries()) {
        if (tenant === middle) continue;
        const ran = await ranOnOwnMachine(context, tenant, ids[index] ?? 0);
        context.checks.check(
          `the job of ${tenant.login} finishes beside one of a tenant ${broken.what}`,
          ran.held,
          ran.detail,
        );
      }
      await broken.followUp(context, middle, ids[1] ?? 0);
    });
  }
}

/** The suspension's webhook arrives, then two more changes within a second, which GitHub's times can't order. */
async function resumesAfterSuspension(context: ChaosContext, tenant: Tenant, jobId: number): Promise<void> {
  const { user, operator, account, poller, checks } = context;
  const status = (wanted: string): Promise<true> =>
    poller.until(`${tenant.login}: ${wanted}`, async () =>
      (await account.tenant(tenant.id))?.status === wanted ? true : undefined,
    );
  await operator.redeliverFailed(tenant.id);
  await status('suspended');
  await user.cancel(jobId);
  await user.unsuspend(tenant.id);
  await status('active');
  const waiting = await waitingInSuspension(context, tenant);
  await user.suspend(tenant.id);
  await user.unsuspend(tenant.id);
  await status('active');
  const ran = await ranOnOwnMachine(context, tenant, waiting);
  checks.check(`the job that ${tenant.login} queued while suspended runs when that is lifted`, ran.held, ran.detail);
}

/** GitHub sends no webhooks for a suspended account, so an operator suspends the tenant in its row instead. */
async function waitingInSuspension(context: ChaosContext, tenant: Tenant): Promise<number> {
  await context.aws.editRow(tenant.id, { status: { S: 'suspended' }, suspended_by: { S: 'operator' } });
  const id = await queueOne(context, tenant);
  const reason = await untilParked(context, tenant, id);
  context.checks.check(
    `a job that comes while ${tenant.login} is suspended waits for that`,
    reason === 'tenant-suspended',
    reason,
  );
  await context.aws.editRow(tenant.id, { status: { S: 'active' }, suspended_by: { S: 'github' } });
  return id;
}

async function waitsWithoutMachine(context: ChaosContext, tenant: Tenant, jobId: number): Promise<void> {
  const reason = await untilParked(context, tenant, jobId);
  const machines = context.fleetMonitor.machinesOf(tenant.id);
  context.checks.check(
    `the job of ${tenant.login} waits with a reason, and no machine was started for it`,
    reason !== '' && machines.length === 0,
    `${reason}; ${machines.join(', ')}`,
  );
}

async function runsLater(context: ChaosContext, tenant: Tenant, jobId: number, when: string): Promise<void> {
  const ran = await ranOnOwnMachine(context, tenant, jobId);
  context.checks.check(`the job of ${tenant.login} runs ${when}`, ran.held, ran.detail);
}
