import { join } from 'node:path';
import { ensureBrowser } from '../../setup/browser.mjs';
import { createControlClient } from '../control/client';
import type { Progress } from '../lib/progress';
import { runningSandbox, type SandboxPaths } from '../lib/state';
import { emulatedEndpoint } from '../lib/webhook-address';
import { createAccountReader } from '../scenarios/kit/account';
import { createChecks } from '../scenarios/kit/checks';
import { createFleetMonitor } from '../scenarios/kit/fleet-monitor';
import { createPoller } from '../scenarios/kit/poller';
import { untilActive } from '../scenarios/kit/until-active';
import {
  finishAll,
  untilFull,
  untilStarted,
  type ScenarioContext,
  type Tenant,
} from '../scenarios/kit/scenario-context';
import { buildMtr, createMtr, type Mtr } from '../scenarios/operate/mtr';
import { goTo, launchBrowser, openTab } from '../scenarios/page/browser';

export interface ScreenshotOptions {
  readonly paths: SandboxPaths;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

const SECONDS = 300;
/** Jobs of each tenant: more than it may run at once. */
const JOBS = [
  ['acme', 4],
  ['globex', 3],
  ['initech', 1],
] as const;
const SLOTS = 2;

/** `npm run screenshots`: the page of a sandbox that is up, with jobs that run and wait, as images/page-*.png. */
export async function takeScreenshots({ paths, progress, signal }: ScreenshotOptions): Promise<number> {
  const { sandbox } = runningSandbox(paths);
  const executablePath = await ensureBrowser({ log: progress.line });
  if (executablePath === undefined)
    throw new Error('There is no Chromium; install it, or name one in SANDBOX_BROWSER.');
  const { user } = createControlClient(sandbox.github.control_url, signal);
  const context: ScenarioContext = {
    user,
    account: createAccountReader(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks: createChecks(progress.line),
    poller: createPoller(SECONDS, signal),
    log: progress.line,
    waited: new Set(),
  };
  await buildMtr(paths.root, signal);
  const { mtr } = createMtr(paths.root, sandbox, signal);
  const tenants: Filled[] = [];
  for (const [login, count] of JOBS) tenants.push(await fill(context, login, count));
  const [acme] = tenants;
  if (acme === undefined) throw new Error('There is no tenant to look at.');
  const browser = await launchBrowser(executablePath);
  try {
    const waiting = await untilFull(context, acme.tenant, acme.jobs, SLOTS);
    const link = emulatedEndpoint(await linkTo(mtr, 'acme'), sandbox.aws.endpoint_url);
    await photograph(
      browser,
      { operator: sandbox.page_url, link, job: waiting.at(-1) ?? 0 },
      join(paths.root, 'images'),
    );
  } finally {
    await browser.close();
    for (const { tenant, jobs } of tenants) {
      await finishAll(context, tenant, jobs);
      await user.uninstall(tenant.id);
    }
  }
  return 0;
}

interface Filled {
  readonly tenant: Tenant;
  readonly jobs: readonly number[];
}

/** A tenant whose first job has ended, so that there is something to pay for, and whose others run or wait. */
async function fill(context: ScenarioContext, login: string, count: number): Promise<Filled> {
  const { user } = context;
  const id = await user.install(login, 'Organization');
  await untilActive(context, login, id);
  const tenant: Tenant = { login, type: 'Organization', id };
  await finishAll(context, tenant, [await user.queue({ installationId: id, size: 'small', seconds: 0 })]);
  const jobs: number[] = [];
  for (let n = 0; n < count; n += 1) {
    jobs.push(await user.queue({ installationId: id, size: 'small', seconds: null }));
    // In their order, so that the rest waits for the limit.
    if (n < SLOTS) await untilStarted(context, tenant, jobs, n + 1);
  }
  return { tenant, jobs };
}

async function linkTo(mtr: Mtr, login: string): Promise<string> {
  const { code, out, err } = await mtr('open', '--tenant', login, '--reason', 'the screenshots');
  if (code !== 0) throw new Error(err);
  return String(JSON.parse(out).url);
}

interface Addresses {
  readonly operator: string;
  readonly link: string;
  readonly job: number;
}

async function photograph(
  browser: Awaited<ReturnType<typeof launchBrowser>>,
  { operator, link, job }: Addresses,
  folder: string,
): Promise<void> {
  const tab = await openTab(browser, operator);
  const { page } = tab;
  const take = (name: string) => page.screenshot({ path: join(folder, `page-${name}.png`), fullPage: true });
  await page.setViewportSize({ width: 1000, height: 560 });
  await goTo(tab, 'Live');
  await page.getByRole('rowheader', { name: 'initech' }).waitFor();
  await take('live');
  await goTo(tab, 'Why');
  await page.getByLabel('Address of the job').fill(`https://github.com/acme/app/actions/runs/1/job/${job}`);
  await page.keyboard.press('Enter');
  await page.getByText("In GitHub's queue").waitFor();
  await take('why');
  await goTo(tab, 'Health');
  await take('health');
  await tab.close();
  const phone = await openTab(browser, link);
  await phone.page.emulateMedia({ colorScheme: 'dark' });
  await phone.page.setViewportSize({ width: 380, height: 700 });
  await goTo(phone, 'Usage');
  await phone.page.screenshot({ path: join(folder, 'page-usage-phone.png') });
  await phone.close();
}
