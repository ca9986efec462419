import type { SandboxFile } from '../../lib/state';
import { object } from '../../lib/json';
import { finishAll, untilFull, type ScenarioContext, type Tenant } from '../kit/scenario-context';
import { apisOf } from '../../lib/api-addresses';
import { bearerClient, signedClient } from './api-client';
import { expectAnswer } from './call-api';
import { expectJson, expectRefusal, holds, rowsOf } from './expect';
import type { Mtr } from './mtr';

const BECAUSE = ['--reason', 'the sandbox tries it'];

/** One slot, two jobs: the waiting one is given up and tried again, then the machine of each is ended. */
export async function changeJobs(
  context: ScenarioContext,
  tenant: Tenant,
  { mtr, sandbox }: { readonly mtr: Mtr; readonly sandbox: SandboxFile },
): Promise<void> {
  const queue = (): Promise<number> => context.user.queue({ installationId: tenant.id, size: 'small', seconds: null });
  const ids = [await queue(), await queue()];
  const [waiting = 0] = await untilFull(context, tenant, ids, 1);
  const running = ids.find((id) => id !== waiting) ?? 0;
  await giveUpAndRetry(context, { tenant, waiting, running }, mtr);
  await changeByApi(context, { tenant, waiting, running }, sandbox);
  await lock(context, { tenant, waiting, running }, { mtr, sandbox });
  await killRunner(context, { tenant, running }, mtr);
  await endByApi(context, { tenant, waiting }, sandbox);
  await finishAll(context, tenant, ids);
}

interface Jobs {
  readonly tenant: Tenant;
  readonly running: number;
  readonly waiting: number;
}

async function giveUpAndRetry(
  { checks, poller, account }: ScenarioContext,
  { tenant, waiting, running }: Jobs,
  mtr: Mtr,
): Promise<void> {
  const named = (job: number): readonly string[] => [String(job), '--tenant', tenant.login, ...BECAUSE];
  expectRefusal(checks, await mtr('jobs', 'cancel', ...named(running)), 4, 'Cancel its run at GitHub');
  await expectJson(
    checks,
    await mtr('jobs', 'cancel', ...named(waiting)),
    'jobs cancel gives a waiting job up',
    (answer) => holds(answer, { state: 'cancelled', reason: 'cancelled-by-operator' }),
  );
  await expectJson(
    checks,
    await mtr('jobs', 'retry', ...named(waiting)),
    'jobs retry has GitHub asked about it',
    (answer) => String(Object(answer).sentence).startsWith('GitHub is asked'),
  );
  await poller.until('the job that was given up waits again', async () =>
    (await account.job(tenant.id, waiting))?.state === 'parked' ? true : undefined,
  );
  checks.check('a job that is tried again waits as before', true);
}

async function changeByApi(
  { checks, poller, account }: ScenarioContext,
  { tenant, waiting, running }: Jobs,
  sandbox: SandboxFile,
): Promise<void> {
  const operator = signedClient(apisOf(sandbox).operators, sandbox);
  const headers = { 'x-reason': 'the sandbox tries the API' };
  const job = `/tenants/${tenant.id}/jobs/${waiting}`;
  for (const [verb, more] of [
    ['cancel', { changed: true }],
    ['cancel', { changed: false }],
    ['retry', { changed: true }],
  ] as const)
    expectAnswer(
      checks,
      `the API answers ${verb} of a waiting job`,
      await operator('POST', `${job}/${verb}`, { headers }),
      {
        status: 200,
        body: more,
      },
    );
  await poller.until('the job waits once more', async () =>
    (await account.job(tenant.id, waiting))?.state === 'parked' ? true : undefined,
  );
  expectAnswer(checks, 'the API shows who waits in the whole fleet', await operator('GET', '/waiting'), {
    status: 200,
  });
  const shown = await operator('GET', `/tenants/${tenant.id}/jobs/${running}`);
  const launch = String(object(shown.body)?.['launch_id']);
  const end = await operator('POST', `/tenants/${tenant.id}/runners/${launch}/end`, { headers });
  expectAnswer(checks, 'the API ends no runner that has a job without force', end, { status: 409 });
}

/** mtr and a workflow job want the same lock, one after the other. */
async function lock(
  { checks, user }: ScenarioContext,
  { tenant, running }: Jobs,
  { mtr, sandbox }: { readonly mtr: Mtr; readonly sandbox: SandboxFile },
): Promise<void> {
  const name = [tenant.login, 'production', '--holder', 'operator'] as const;
  const taken = await mtr('lock', 'acquire', ...name);
  await expectJson(checks, taken, 'lock acquire takes a lock under a number', (answer) =>
    Number.isSafeInteger(Object(answer).fence),
  );
  const job = bearerClient(apisOf(sandbox).tenants, await user.tokenOf(running, { audience: sandbox.prefix }));
  const acquire = () =>
    job('POST', `/tenants/${tenant.id}/locks/production/acquire`, {
      body: { holder: 'run-1' },
      headers: { 'x-reason': 'the sandbox tries a lock' },
    });
  expectAnswer(checks, 'a workflow job waits in line for it', await acquire(), { status: 200, body: { position: 1 } });
  await expectJson(checks, await mtr('lock', 'list', tenant.login), 'lock list shows who waits', (answer) =>
    rowsOf(answer).some((row) => row['holder'] === 'operator' && String(row['waiters']) === 'run-1'),
  );
  await expectJson(checks, await mtr('lock', 'release', ...name), 'lock release gives it back', (answer) =>
    holds(answer, { released: true }),
  );
  const granted = await acquire();
  expectAnswer(checks, 'the workflow job has it then', granted, { status: 200, body: { granted: true } });
  const fence = Number(object(object(granted.body)?.['lease'])?.['fence']);
  checks.check('under a higher number', fence > Number(Object(JSON.parse(taken.out)).fence), JSON.stringify(granted));
  expectRefusal(checks, await mtr('lock', 'acquire', ...name), 4, 'run-1 has production');
}

async function killRunner(
  { checks }: ScenarioContext,
  { tenant, running }: Omit<Jobs, 'waiting'>,
  mtr: Mtr,
): Promise<void> {
  const shown = await mtr('jobs', 'show', String(running), '--tenant', tenant.login);
  const kill = ['runners', 'kill', String(Object(JSON.parse(shown.out)).instance), ...BECAUSE];
  expectRefusal(checks, await mtr(...kill), 4, 'only --force ends it');
  expectRefusal(checks, await mtr(...kill, '--force'), 2, '--yes');
  const killed = await mtr(...kill, '--force', '--yes');
  await expectJson(checks, killed, 'runners kill ends a machine and shows the proof', (answer) =>
    String(Object(answer).proof).startsWith('EC2 had ended i-'),
  );
  await expectJson(checks, await mtr(...kill), 'runners kill shows the proof again', (answer) =>
    String(Object(answer).sentence).endsWith('is gone.'),
  );
}

/** The job that waited runs in the place of the other. */
async function endByApi(
  { checks, poller, account }: ScenarioContext,
  { tenant, waiting }: Omit<Jobs, 'running'>,
  sandbox: SandboxFile,
): Promise<void> {
  await poller.until('the job that waited runs', async () =>
    (await account.job(tenant.id, waiting))?.state === 'running' ? true : undefined,
  );
  const operator = signedClient(apisOf(sandbox).operators, sandbox);
  const shown = await operator('GET', `/tenants/${tenant.id}/jobs/${waiting}`);
  const runner = `/tenants/${tenant.id}/runners/${String(object(shown.body)?.['launch_id'])}`;
  const end = () =>
    operator('POST', `${runner}/end`, { body: { force: true }, headers: { 'x-reason': 'the sandbox tries the API' } });
  expectAnswer(checks, 'the API ends a runner that has a job with force', await end(), {
    status: 200,
    body: { changed: true },
  });
  expectAnswer(checks, 'and once', await end(), { status: 200, body: { changed: false } });
}
