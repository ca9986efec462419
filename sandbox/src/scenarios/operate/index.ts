import { randomBytes } from 'node:crypto';
import type { SandboxFile } from '../../lib/state';
import { createControlClient } from '../../control/client';
import { createAccountReader } from '../kit/account';
import { allHeld, createChecks, type Checks } from '../kit/checks';
import { createFleetMonitor } from '../kit/fleet-monitor';
import { createPoller } from '../kit/poller';
import { finishAll, untilFull, untilStarted, type ScenarioContext, type Tenant } from '../kit/scenario-context';
import type { Expectation } from '../kit/types';
import { untilActive } from '../kit/until-active';
import { lookAtPage } from '../page/look-at-page';
import { askMcp } from './ask-mcp';
import { callApi } from './call-api';
import { createApp } from './create-app';
import { expectCalls, expectNoPrivateAddress, setCallback } from './call-back';
import { changeJobs } from './change-jobs';
import { correctUsage } from './correct-usage';
import { endTenant } from './end-tenant';
import { expectJson, expectRefusal, holds, rowsOf } from './expect';
import { expectEvents, listenToEvents } from './hear-events';
import { inspectFleet, operateFleet } from './inspect-fleet';
import { lookAround } from './look-around';
import type { Mtr, Mtrs } from './mtr';
import { startReceiver } from './receiver';
import { seeCheck, seeCheckEnd } from './see-checks';

export interface OperateOptions extends Mtrs {
  readonly sandbox: SandboxFile;
  /** Upgrades a tenant by the README's command. */
  readonly upgradeByHand: (installationId: number) => Promise<void>;
  /** The path of a Chromium, where there is one. */
  readonly browser: string | undefined;
  /** Where its certificate is, and the file that tells functions of it. */
  readonly receiver: { readonly root: string; readonly file: string };
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

const NO_BROWSER = 'there is no Chromium; install it, or name one in SANDBOX_BROWSER';
const SECONDS = 600;
/** New each time: an account that comes back has what was decided about it. */
const LOGIN = `operated-${randomBytes(3).toString('hex')}`;

/** Every verb of mtr and of the API against a running sandbox, with what they answer, and each refusal. */
export async function operate(options: OperateOptions): Promise<{
  readonly ok: boolean;
  readonly checks: readonly Expectation[];
}> {
  const { sandbox, mtr, upgradeByHand, signal, write } = options;
  const checks = createChecks((line) => write(`  ${line}`));
  const { user } = createControlClient(sandbox.github.control_url, signal);
  const context: ScenarioContext = {
    user,
    account: createAccountReader(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks,
    poller: createPoller(SECONDS, signal),
    log: write,
    waited: new Set(),
  };
  const listener = await listenToEvents(sandbox);
  const tenant = await installTenant(context);
  const callback = { tenant, mtr, receiver: await startReceiver(options.receiver) };
  await setCallback(context, callback);
  await changeTenant(tenant, mtr, checks);
  await explainJobs(context, tenant, options);
  await changeJobs(context, tenant, { mtr, sandbox });
  await callApi(context, tenant, { sandbox, mtr, upgradeByHand });
  await expectCalls(context, callback);
  await correctUsage(context, tenant, { mtr, sandbox });
  await askMcp(tenant, options.spoken, checks);
  await createApp(options, checks);
  await inspectFleet(tenant, mtr, checks);
  await lookAround(tenant, options, checks);
  await operateFleet(mtr, checks);
  await expectNoPrivateAddress(context, callback);
  await endTenant(context, tenant, { mtr, sandbox });
  await expectEvents(context, tenant, listener);
  await listener.stop();
  await callback.receiver.stop();
  return { ok: allHeld(checks.all()), checks: checks.all() };
}

async function installTenant(context: ScenarioContext): Promise<Tenant> {
  const id = await context.user.install(LOGIN, 'Organization');
  await untilActive(context, LOGIN, id);
  return { login: LOGIN, type: 'Organization', id };
}

async function changeTenant({ id }: Tenant, mtr: Mtr, checks: Checks): Promise<void> {
  const because = ['--reason', 'the sandbox tries it'];
  await expectJson(
    checks,
    await mtr('tenants', 'list', '--limit', '1000'),
    'tenants list has the new tenant',
    (answer) => rowsOf(answer).some((row) => row['installation'] === id),
  );
  await expectJson(checks, await mtr('tenants', 'show', LOGIN), 'tenants show finds it by its login', (answer) =>
    holds(answer, { installation: id, status: 'active' }),
  );
  await expectJson(
    checks,
    await mtr('tenants', 'set-limit', LOGIN, '1', ...because),
    'tenants set-limit writes the limit',
    (answer) => holds(answer, { limit: 1 }),
  );
  await expectJson(
    checks,
    await mtr('tenants', 'suspend', LOGIN, ...because),
    'tenants suspend suspends it as an operator',
    (answer) => holds(answer, { status: 'suspended', suspended_by: 'operator' }),
  );
  expectRefusal(checks, await mtr('tenants', 'approve', LOGIN, ...because), 4, 'does not wait for approval');
  await expectJson(
    checks,
    await mtr('tenants', 'resume', LOGIN, ...because),
    'tenants resume makes it active',
    (answer) => holds(answer, { status: 'active' }),
  );
  expectRefusal(checks, await mtr('tenants', 'suspend', LOGIN), 2, '--reason');
  expectRefusal(checks, await mtr('tenants', 'set-tier', LOGIN, 'huge', ...because), 4, 'There is no tier huge');
  expectRefusal(checks, await mtr('tenants', 'show', 'nowhere'), 3, 'There is no tenant nowhere');
}

/** One slot, two jobs: the second waits, and mtr says for what. */
async function explainJobs(context: ScenarioContext, tenant: Tenant, options: OperateOptions): Promise<void> {
  const { checks } = context;
  const { mtr, sandbox, browser } = options;
  // One after the other: of two that come together either may get the slot, and GitHub gives its runner to the older.
  const running = await queue(context, tenant);
  await untilStarted(context, tenant, [running], 1);
  const waiting = await queue(context, tenant);
  const ids = [running, waiting];
  await untilFull(context, tenant, ids, 1);
  if (browser !== undefined) await lookAtPage({ sandbox, mtr, tenant, waiting }, browser, checks);
  else if (process.env['CI'] !== undefined) checks.check('the page is tried in a browser', false, NO_BROWSER);
  else options.write(`  The page is not tried: ${NO_BROWSER}`);
  const page = `https://github.com/${LOGIN}/app/actions/runs/1/job/${waiting}`;
  await expectJson(
    checks,
    await mtr('jobs', 'why', page),
    'jobs why says by the address of a page what a job waits for',
    (answer) =>
      String(Object(answer).sentence).includes(`${LOGIN} uses 1 of its 1 runner.`) && holds(answer, { position: 1 }),
  );
  await expectJson(
    checks,
    await mtr('jobs', 'why', String(running), '--tenant', LOGIN),
    'jobs why says by an id that a job runs',
    (answer) => holds(answer, { state: 'running' }),
  );
  await expectJson(checks, await mtr('waiting', LOGIN), 'waiting lists the job that waits', (answer) =>
    rowsOf(answer).some((row) => row['job'] === waiting),
  );
  await expectJson(checks, await mtr('waiting'), 'waiting without a tenant lists it too', (answer) =>
    rowsOf(answer).some((row) => row['job'] === waiting && row['tenant'] === LOGIN),
  );
  await expectJson(checks, await mtr('jobs', 'logs', page), 'jobs logs has its page at GitHub', (answer) =>
    rowsOf(answer).some((row) => String(row['url']).endsWith(`/job/${waiting}`)),
  );
  await expectJson(checks, await mtr('jobs', 'list', LOGIN, '--since', '1h'), 'jobs list has both jobs', (answer) =>
    ids.every((id) => rowsOf(answer).some((row) => row['job'] === id)),
  );
  const shown = await mtr('jobs', 'show', String(running), '--tenant', LOGIN);
  await expectJson(checks, shown, 'jobs show has its machine', (answer) => /^i-/.test(String(Object(answer).instance)));
  const instance = String(Object(JSON.parse(shown.out)).instance);
  await expectJson(checks, await mtr('runners', 'list', LOGIN), 'runners list has its machine', (answer) =>
    rowsOf(answer).some((row) => row['instance'] === instance),
  );
  await expectJson(checks, await mtr('runners', 'show', instance), 'runners show finds its job', (answer) =>
    holds(answer, { took_job: running }),
  );
  await expectJson(checks, await mtr('runners', 'logs', instance), 'runners logs has the functions', (answer) =>
    rowsOf(answer).some((row) => row['what'] === 'log of scale-up'),
  );
  await expectJson(checks, await mtr('runners', 'console', instance), 'runners console has what EC2 has', (answer) =>
    String(Object(answer).console).includes(instance),
  );
  await expectJson(checks, await mtr('limits', LOGIN), 'limits shows that no runner is left', (answer) =>
    rowsOf(answer).some((row) => row['limit'] === 'runners' && row['left'] === 0),
  );
  await expectJson(checks, await mtr('stats', LOGIN), 'stats has how long its first jobs waited', (answer) =>
    Array.isArray(Object(answer).rows),
  );
  await expectJson(checks, await mtr('usage', '--by', 'size'), 'usage has the sums of the month', (answer) =>
    Array.isArray(Object(answer).rows),
  );
  const table = await mtr('--output', 'table', 'waiting', LOGIN);
  checks.check('a table has a heading', table.out.startsWith('JOB '), table.out);
  await seeCheck(context, tenant, waiting);
  await finishAll(context, tenant, ids);
  await seeCheckEnd(context, tenant, waiting);
}

const queue = (context: ScenarioContext, { id }: Tenant): Promise<number> =>
  context.user.queue({ installationId: id, size: 'small', seconds: null });
