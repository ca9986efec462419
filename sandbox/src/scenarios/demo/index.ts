import { lookAtAccount } from '../kit/account';
import { createFleetMonitor } from '../kit/fleet-monitor';
import { closingScene, reportOn } from './final-checks';
import { allHeld, createChecks } from '../kit/checks';
import { createPoller } from '../kit/poller';
import { installScene, limitScene, sizesScene, suspendScene, uninstallScene, upgradeScene } from './steps';
import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { createSandboxClient } from '../../control/client';
import { closingTable } from '../kit/table';
import type { DemoReport, DemoResult, DemoSandbox } from '../kit/types';
import { runCommand, upgradeCommand } from './upgrade';
import { watchMachines } from '../kit/watch';

export type { DemoReport, DemoResult, DemoSandbox, Expectation, TenantReport } from '../kit/types';

export interface DemoOptions {
  readonly sandbox: DemoSandbox;
  /** Where the AWS CLI is, when it is not on the PATH. */
  readonly aws_cli_folder?: string;
  readonly live?: boolean;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long the whole demo may take. */
  readonly seconds?: number;
  readonly path?: string;
}

const CAST = [
  { login: 'acme', type: 'Organization' },
  { login: 'globex', type: 'Organization' },
  { login: 'jane', type: 'User' },
] as const;
const SECONDS = 1800;

/**
 * Three tenants install, run jobs, meet a limit, are upgraded, are suspended, and one leaves. Every promise is looked
 * at from outside.
 */
export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { sandbox, write } = options;
  const started = Date.now();
  const say = (line: string): void => write(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const signal = options.signal ?? new AbortController().signal;
  const stage: ScenarioContext = {
    client: createSandboxClient(sandbox.github.control_url, signal),
    account: lookAtAccount(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks: createChecks(say),
    poller: createPoller(options.seconds ?? SECONDS, signal),
    say,
    waited: new Set(),
  };
  const watch = watchMachines(stage.account, stage.fleetMonitor);
  try {
    return await play(stage, watch, options);
  } finally {
    await watch.stop();
  }
}

async function play(
  stage: ScenarioContext,
  watch: ReturnType<typeof watchMachines>,
  options: DemoOptions,
): Promise<DemoResult> {
  const tenants = (await scene(stage, 'three accounts install the App', () => installScene(stage, CAST))) ?? [];
  const [acme, globex, jane] = tenants;
  let command = '';
  if (acme && globex && jane) {
    command = upgradeCommand(`${options.sandbox.prefix}-tenants`, acme.id);
    await scene(stage, 'jobs of all three sizes', () => sizesScene(stage, tenants));
    await scene(stage, 'a tenant at its limit', () => limitScene(stage, globex));
    await scene(stage, 'an upgrade', () => upgradeScene(stage, acme, () => upgrade(stage, command, options)));
    await scene(stage, 'a suspension', () => suspendScene(stage, jane));
    await scene(stage, 'an uninstall', () => uninstallScene(stage, globex));
  }
  const metrics = (await scene(stage, 'the closing look', () => closingScene(stage, watch, tenants))) ?? {};
  const reports = await Promise.all(tenants.map((tenant: Tenant) => reportOn(stage, tenant)));
  const result: DemoReport = { tenants: reports, checks: stage.checks.all(), metrics, upgrade_command: command };
  return { ok: allHeld(result.checks), result, table: closingTable(result) };
}

async function upgrade(
  stage: ScenarioContext,
  command: string,
  { sandbox, aws_cli_folder: folder, path = process.env['PATH'] ?? '' }: DemoOptions,
): Promise<void> {
  stage.say(`$ ${command.replaceAll(/\s*\\\n\s*/g, ' ')}`);
  await runCommand(command, sandbox, {
    path: folder === undefined ? path : `${folder}:${path}`,
    signal: stage.poller.signal,
  });
}

/** A scene that breaks off is an expectation that did not hold; the next ones still show what they can. */
async function scene<T>(stage: ScenarioContext, title: string, play: () => Promise<T>): Promise<T | undefined> {
  try {
    return await play();
  } catch (error) {
    stage.poller.signal.throwIfAborted();
    stage.checks.check(`${title}, to its end`, false, error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
