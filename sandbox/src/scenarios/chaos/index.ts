import { createAccountReader } from '../kit/account';
import { createFleetMonitor } from '../kit/fleet-monitor';
import { allHeld, createChecks } from '../kit/checks';
import { createPoller } from '../kit/poller';
import { createControlClient } from '../../control/client';
import type { SandboxFile } from '../../lib/state';
import type { Expectation } from '../kit/types';
import { watchMachines } from '../kit/watch';
import { finalChecks } from './final-checks';
import type { Figure, ChaosContext } from './chaos-context';
import { floodOfJobs } from './flood';
import { createChaosAwsClient } from './aws-client';
import { machineFailures } from './machines';
import { noisyNeighbour } from './noisy-neighbour';
import { missedWebhooks } from './recovery';
import { batchFailures } from './batch-failures';
import { reinstallation } from './reinstallation';
import { removedSize } from './removed-size';
import { stormOfWebhooks } from './storm';

export interface ChaosOptions {
  readonly sandbox: SandboxFile;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long all of it may take. */
  readonly seconds?: number;
  readonly flood?: number;
  /** Further experiments, which need more than the sandbox's own file. */
  readonly experiments?: readonly ((context: ChaosContext) => Promise<unknown>)[];
  /** Checks on the whole run once it is over, such as the searches for secrets and for unused rights. */
  readonly inspections?: readonly ((context: ChaosContext) => Promise<void>)[];
}

export interface ChaosReport {
  readonly ok: boolean;
  readonly checks: readonly Expectation[];
  readonly figures: readonly Figure[];
}

const SECONDS = 1800;
const FLOOD = 500;

/** Tests every promise under faults: broken tenants in one batch, floods, taken runners, lost machines, AWS errors. */
export async function runChaosCommand(options: ChaosOptions): Promise<ChaosReport> {
  const { sandbox, write } = options;
  const started = Date.now();
  const log = (line: string): void => write(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const signal = options.signal ?? new AbortController().signal;
  const { user, operator } = createControlClient(sandbox.github.control_url, signal);
  const context: ChaosContext = {
    user,
    operator,
    account: createAccountReader(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks: createChecks(log),
    poller: createPoller(options.seconds ?? SECONDS, signal),
    aws: createChaosAwsClient(sandbox, operator),
    log,
    waited: new Set(),
    later: [],
    figures: [],
  };
  const watch = watchMachines(context.account, context.fleetMonitor);
  try {
    await missedWebhooks(context);
    await batchFailures(context);
    await noisyNeighbour(context);
    await machineFailures(context);
    await reinstallation(context);
    await removedSize(context);
    for (const runExperiment of options.experiments ?? []) await runExperiment(context);
    await stormOfWebhooks(context);
    await floodOfJobs(context, options.flood ?? FLOOD);
    await finalChecks(context);
    for (const inspect of options.inspections ?? []) await inspect(context);
  } finally {
    await watch.stop();
  }
  const checks = context.checks.all();
  return { ok: allHeld(checks), checks, figures: context.figures };
}

/** The summary: measurements, then failed expectations. */
export function chaosTable({ checks, figures }: ChaosReport): string {
  const width = Math.max(0, ...figures.map((one) => one.what.length));
  const broken = checks.filter((one) => !one.held);
  const summary =
    broken.length === 0
      ? [`all ${checks.length} expectations held during the experiments`]
      : [
          `${broken.length} of ${checks.length} expectations did not hold during the experiments:`,
          ...broken.map((one) => `  ✗ ${one.expectation}${one.detail === undefined ? '' : `: ${one.detail}`}`),
        ];
  return [...figures.map((one) => `${one.what.padEnd(width)}  ${one.value}`), '', ...summary].join('\n');
}
