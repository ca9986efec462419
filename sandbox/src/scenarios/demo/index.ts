import { createAccountReader } from '../kit/account';
import { createFleetMonitor } from '../kit/fleet-monitor';
import { checkEnd, reportOn } from './final-checks';
import { allHeld, createChecks } from '../kit/checks';
import { createPoller } from '../kit/poller';
import { installApp, reachLimit, runEachSize, suspendTenant, uninstallApp, upgradeTenant } from './steps';
import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { createControlClient } from '../../control/client';
import type { SandboxFile } from '../../lib/state';
import { summaryTable } from '../kit/table';
import type { DemoReport, DemoResult } from '../kit/types';
import { runCommand, upgradeCommand } from './upgrade';
import { watchMachines } from '../kit/watch';

export type { DemoReport, DemoResult, Expectation, TenantReport } from '../kit/types';

export interface DemoOptions {
  readonly sandbox: SandboxFile;
  /** Where the AWS CLI is, when it is not on the PATH. */
  readonly aws_cli_folder?: string;
  readonly live?: boolean;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long the whole demo may take. */
  readonly seconds?: number;
  readonly path?: string;
}

const ACCOUNTS = [
  { login: 'acme', type: 'Organization' },
  { login: 'globex', type: 'Organization' },
  { login: 'jane', type: 'User' },
] as const;
const SECONDS = 1800;

/**
 * Three tenants install the App, run jobs, reach a limit, are upgraded, are suspended, and one uninstalls. Each promise
 * is checked from outside.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { sandbox, write } = options;
  const started = Date.now();
  const log = (line: string): void => write(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const signal = options.signal ?? new AbortController().signal;
  const context: ScenarioContext = {
    user: createControlClient(sandbox.github.control_url, signal).user,
    account: createAccountReader(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks: createChecks(log),
    poller: createPoller(options.seconds ?? SECONDS, signal),
    log,
    waited: new Set(),
  };
  const watch = watchMachines(context.account, context.fleetMonitor);
  try {
    return await run(context, watch, options);
  } finally {
    await watch.stop();
  }
}

async function run(
  context: ScenarioContext,
  watch: ReturnType<typeof watchMachines>,
  options: DemoOptions,
): Promise<DemoResult> {
  const tenants = (await step(context, 'three accounts install the App', () => installApp(context, ACCOUNTS))) ?? [];
  const [acme, globex, jane] = tenants;
  let command = '';
  if (acme && globex && jane) {
    command = upgradeCommand(`${options.sandbox.prefix}-tenants`, acme.id);
    await step(context, 'jobs of all three sizes', () => runEachSize(context, tenants));
    await step(context, 'a tenant at its limit', () => reachLimit(context, globex));
    await step(context, 'an upgrade', () => upgradeTenant(context, acme, () => upgrade(context, command, options)));
    await step(context, 'a suspension', () => suspendTenant(context, jane));
    await step(context, 'an uninstall', () => uninstallApp(context, globex));
  }
  const metrics = (await step(context, 'the final checks', () => checkEnd(context, watch, tenants))) ?? {};
  const reports = await Promise.all(tenants.map((tenant: Tenant) => reportOn(context, tenant)));
  const result: DemoReport = { tenants: reports, checks: context.checks.all(), metrics, upgrade_command: command };
  return { ok: allHeld(result.checks), result, table: summaryTable(result) };
}

async function upgrade(
  context: ScenarioContext,
  command: string,
  { sandbox, aws_cli_folder: folder, path = process.env['PATH'] ?? '' }: DemoOptions,
): Promise<void> {
  context.log(`$ ${command.replaceAll(/\s*\\\n\s*/g, ' ')}`);
  await runCommand(command, sandbox, {
    path: folder === undefined ? path : `${folder}:${path}`,
    signal: context.poller.signal,
  });
}

/** A step that throws is a failed expectation; the next steps still run. */
async function step<T>(context: ScenarioContext, title: string, run: () => Promise<T>): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    context.poller.signal.throwIfAborted();
    context.checks.check(`${title}, to its end`, false, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
