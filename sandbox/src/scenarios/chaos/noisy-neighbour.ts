import type { Tenant } from '../kit/scenario-context';
import { asOneBatch, attack, cast, queueOne, ranOnOwnMachine, untilParked, untilParkedOrRun, type FireStage } from './chaos-context';

interface Spoilt {
  readonly login: string;
  readonly what: string;
  /** Breaks the middle tenant while its message waits between its neighbours'. */
  readonly spoil: (stage: FireStage, tenant: Tenant) => Promise<void>;
  /** What becomes of its own job. */
  readonly afterwards: (stage: FireStage, tenant: Tenant, jobId: number) => Promise<void>;
}

const LIMITED_SECONDS = 40;

/** GitHub refuses the tenant, and the webhook that says why never came: the row still calls it active. */
const SPOILT: readonly Spoilt[] = [
  {
    login: 'sleeper',
    what: 'suspended, and nobody told',
    spoil: async ({ hands, steering }, { id }) => {
      await hands.deliveryFault({ kind: 'drop', installation_id: id, event: 'installation', action: 'suspend', times: 1 });
      await steering.suspend(id);
    },
    afterwards: async (stage, tenant, jobId) => {
      await waitsWithoutMachine(stage, tenant, jobId);
      stage.later.push(() => wakesAgain(stage, tenant, jobId));
    },
  },
  {
    login: 'leaver',
    what: 'uninstalled, and nobody told',
    spoil: async ({ hands, steering }, { id }) => {
      await hands.deliveryFault({ kind: 'drop', installation_id: id, event: 'installation', action: 'deleted', times: 1 });
      await steering.uninstall(id);
    },
    afterwards: async (stage, tenant, jobId) => {
      await waitsWithoutMachine(stage, tenant, jobId);
      // The account comes back before anybody heard that it had left: two installations, of which one is in force.
      const again = (await cast(stage, [tenant.login]))[0];
      const ran = again && (await ranOnOwnMachine(stage, again, await queueOne(stage, again)));
      stage.expectations.check(`${tenant.login} installs again, and runs as a tenant of its own`, ran?.held === true && again?.id !== tenant.id, ran?.detail);
      // The sweeps that the others wait for go over this row too: an installation that is gone must not stop them.
      stage.later.push(async () => {
        await stage.hands.redeliverFailed(tenant.id);
        await stage.patience.until(`${tenant.login}: an end of its job`, async () => ((await stage.account.job(tenant.id, jobId))?.state === 'refused' ? true : undefined));
        stage.expectations.check(`the uninstall of ${tenant.login}, told late, ends its waiting job`, true);
      });
    },
  },
  {
    login: 'limited',
    what: 'out of GitHub calls',
    spoil: ({ hands }, { id }) => hands.gitHubFault({ kind: 'rate_limit', installation_id: id, seconds: LIMITED_SECONDS }),
    afterwards: async (stage, tenant, jobId) => {
      // On a busy machine the limit may be over before the job's turn has come.
      const reason = await untilParkedOrRun(stage, tenant, jobId);
      stage.expectations.check(`the job of ${tenant.login} waits because of GitHub's limit, and says so`, reason === undefined || reason === 'github-limited', reason);
      stage.later.push(() => runsLater(stage, tenant, jobId, 'when GitHub counts anew'));
    },
  },
  {
    login: 'garbled',
    what: 'with a row broken by hand',
    spoil: ({ hands }, { id }) => hands.editRow(id, { live: { S: 'oops' }, max_runners: { S: 'many' }, tier: { S: 'galactic' } }),
    afterwards: async (stage, tenant, jobId) => {
      // Or the sweep, which comes by once a minute, has mended the row first.
      await untilParkedOrRun(stage, tenant, jobId);
      stage.later.push(() => runsLater(stage, tenant, jobId, 'once the sweep has mended its row'));
    },
  },
];

/** Three tenants in one batch, the middle one broken: both neighbours' jobs finish. */
export async function neighbourScenes(stage: FireStage): Promise<void> {
  const [left, right] = await cast(stage, ['left', 'right']);
  if (left === undefined || right === undefined) return;
  for (const spoilt of SPOILT) {
    await attack(stage, `the middle one ${spoilt.what}`, async () => {
      const [middle] = await cast(stage, [spoilt.login]);
      if (middle === undefined) return;
      const tenants = [left, middle, right];
      const queue = async (): Promise<readonly number[]> => {
        const ids: number[] = [];
        for (const tenant of tenants) ids.push(await queueOne(stage, tenant));
        return ids;
      };
      const ids = await asOneBatch(stage, tenants.length, queue, () => spoilt.spoil(stage, middle));
      for (const [index, tenant] of tenants.entries()) {
        if (tenant === middle) continue;
        const ran = await ranOnOwnMachine(stage, tenant, ids[index] ?? 0);
        stage.expectations.check(`the job of ${tenant.login} finishes beside one of a tenant ${spoilt.what}`, ran.held, ran.detail);
      }
      await spoilt.afterwards(stage, middle, ids[1] ?? 0);
    });
  }
}

/** The suspension that nobody told of is told, and lifted twice within a second: GitHub's times can't order that. */
async function wakesAgain(stage: FireStage, tenant: Tenant, jobId: number): Promise<void> {
  const { steering, hands, account, patience, expectations } = stage;
  const status = (wanted: string): Promise<true> => patience.until(`${tenant.login}: ${wanted}`, async () => ((await account.tenant(tenant.id))?.status === wanted ? true : undefined));
  await hands.redeliverFailed(tenant.id);
  await status('suspended');
  await hands.cancel(jobId);
  await steering.unsuspend(tenant.id);
  await status('active');
  const waiting = await waitingInSuspension(stage, tenant);
  await steering.suspend(tenant.id);
  await steering.unsuspend(tenant.id);
  await status('active');
  const ran = await ranOnOwnMachine(stage, tenant, waiting);
  expectations.check(`the job that ${tenant.login} queued while suspended runs when that is lifted`, ran.held, ran.detail);
}

/** GitHub says nothing of a suspended account's jobs, so an operator suspends it for the webhook to meet one. */
async function waitingInSuspension(stage: FireStage, tenant: Tenant): Promise<number> {
  await stage.hands.editRow(tenant.id, { status: { S: 'suspended' }, suspended_by: { S: 'operator' } });
  const id = await queueOne(stage, tenant);
  const reason = await untilParked(stage, tenant, id);
  stage.expectations.check(`a job that comes while ${tenant.login} is suspended waits for that`, reason === 'tenant-suspended', reason);
  await stage.hands.editRow(tenant.id, { status: { S: 'active' }, suspended_by: { S: 'github' } });
  return id;
}

async function waitsWithoutMachine(stage: FireStage, tenant: Tenant, jobId: number): Promise<void> {
  const reason = await untilParked(stage, tenant, jobId);
  const machines = stage.census.machinesOf(tenant.id);
  stage.expectations.check(`the job of ${tenant.login} waits with a reason, and no machine was started for it`, reason !== '' && machines.length === 0, `${reason}; ${machines.join(', ')}`);
}

async function runsLater(stage: FireStage, tenant: Tenant, jobId: number, when: string): Promise<void> {
  const ran = await ranOnOwnMachine(stage, tenant, jobId);
  stage.expectations.check(`the job of ${tenant.login} runs ${when}`, ran.held, ran.detail);
}
