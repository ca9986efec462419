import { lookAtAccount } from '../kit/account';
import { createFleetMonitor } from '../kit/fleet-monitor';
import { allHeld, createChecks } from '../kit/checks';
import { createPoller } from '../kit/poller';
import { createSandboxClient } from '../../control/client';
import type { DemoSandbox, Expectation } from '../kit/types';
import { watchMachines } from '../kit/watch';
import { aftermath } from './final-checks';
import type { Figure, ChaosContext } from './chaos-context';
import { floodOfJobs } from './flood';
import { createChaosClient } from './clients';
import { machineFailures } from './machines';
import { noisyNeighbours } from './noisy-neighbour';
import { missedWebhooks } from './recovery';
import { batchFailures } from './batch-failures';

export interface ChaosOptions {
  readonly sandbox: DemoSandbox;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long all of it may take. */
  readonly seconds?: number;
  readonly flood?: number;
  /** Further attacks, which need more than the sandbox's own file. */
  readonly scenes?: readonly ((stage: ChaosContext) => Promise<unknown>)[];
  /** Looks at the whole run once it is over, as the searches for secrets and for unused rights do. */
  readonly inspections?: readonly ((stage: ChaosContext) => Promise<void>)[];
}

export interface ChaosReport {
  readonly ok: boolean;
  readonly checks: readonly Expectation[];
  readonly figures: readonly Figure[];
}

const SECONDS = 1800;
const FLOOD = 500;

/** Every promise attacked in a sandbox that is up: neighbours in one batch, floods, thefts, deaths and refusals. */
export async function runChaosCommand(options: ChaosOptions): Promise<ChaosReport> {
  const { sandbox, write } = options;
  const started = Date.now();
  const say = (line: string): void => write(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const signal = options.signal ?? new AbortController().signal;
  const stage: ChaosContext = {
    client: createSandboxClient(sandbox.github.control_url, signal),
    account: lookAtAccount(sandbox),
    fleetMonitor: createFleetMonitor(),
    checks: createChecks(say),
    poller: createPoller(options.seconds ?? SECONDS, signal),
    chaos: createChaosClient(sandbox, signal),
    say,
    waited: new Set(),
    later: [],
    figures: [],
  };
  const watch = watchMachines(stage.account, stage.fleetMonitor);
  try {
    await missedWebhooks(stage);
    await batchFailures(stage);
    await noisyNeighbours(stage);
    await machineFailures(stage);
    for (const scene of options.scenes ?? []) await scene(stage);
    await floodOfJobs(stage, options.flood ?? FLOOD);
    await aftermath(stage);
    for (const inspect of options.inspections ?? []) await inspect(stage);
  } finally {
    await watch.stop();
  }
  const checks = stage.checks.all();
  return { ok: allHeld(checks), checks, figures: stage.figures };
}

/** The closing words: what was measured, then what did not hold. */
export function chaosTable({ checks, figures }: ChaosReport): string {
  const width = Math.max(0, ...figures.map((one) => one.what.length));
  const broken = checks.filter((one) => !one.held);
  const verdict =
    broken.length === 0
      ? [`all ${checks.length} expectations held under fire`]
      : [
          `${broken.length} of ${checks.length} expectations did not hold under fire:`,
          ...broken.map((one) => `  ✗ ${one.expectation}${one.detail === undefined ? '' : `: ${one.detail}`}`),
        ];
  return [...figures.map((one) => `${one.what.padEnd(width)}  ${one.value}`), '', ...verdict].join('\n');
}
