import { lookAtAccount } from '../kit/account';
import { createCensus } from '../kit/fleet-monitor';
import { allHeld, createExpectations } from '../kit/checks';
import { createPatience } from '../kit/poller';
import { createSteering } from '../../control/client';
import type { DemoSandbox, Expectation } from '../kit/types';
import { watchMachines } from '../kit/watch';
import { aftermath } from './final-checks';
import type { Figure, FireStage } from './chaos-context';
import { floodScene } from './flood';
import { createHands } from './clients';
import { machineScenes } from './machines';
import { neighbourScenes } from './noisy-neighbour';
import { recoveryScenes } from './recovery';
import { batchScenes } from './batch-failures';

export interface FireOptions {
  readonly sandbox: DemoSandbox;
  readonly write: (line: string) => void;
  readonly signal?: AbortSignal;
  /** How long all of it may take. */
  readonly seconds?: number;
  readonly flood?: number;
  /** Further attacks, which need more than the sandbox's own file. */
  readonly scenes?: readonly ((stage: FireStage) => Promise<unknown>)[];
  /** Looks at the whole run once it is over, as the searches for secrets and for unused rights do. */
  readonly inspections?: readonly ((stage: FireStage) => Promise<void>)[];
}

export interface FireReport {
  readonly ok: boolean;
  readonly expectations: readonly Expectation[];
  readonly figures: readonly Figure[];
}

const SECONDS = 1800;
const FLOOD = 500;

/** Every promise attacked in a sandbox that is up: neighbours in one batch, floods, thefts, deaths and refusals. */
export async function runFire(options: FireOptions): Promise<FireReport> {
  const { sandbox, write } = options;
  const started = Date.now();
  const say = (line: string): void => write(`  ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  const signal = options.signal ?? new AbortController().signal;
  const stage: FireStage = {
    steering: createSteering(sandbox.github.control_url, signal),
    account: lookAtAccount(sandbox),
    census: createCensus(),
    expectations: createExpectations(say),
    patience: createPatience(options.seconds ?? SECONDS, signal),
    hands: createHands(sandbox, signal),
    say,
    waited: new Set(),
    later: [],
    figures: [],
  };
  const watch = watchMachines(stage.account, stage.census);
  try {
    await recoveryScenes(stage);
    await batchScenes(stage);
    await neighbourScenes(stage);
    await machineScenes(stage);
    for (const scene of options.scenes ?? []) await scene(stage);
    await floodScene(stage, options.flood ?? FLOOD);
    await aftermath(stage);
    for (const inspect of options.inspections ?? []) await inspect(stage);
  } finally {
    await watch.stop();
  }
  const expectations = stage.expectations.all();
  return { ok: allHeld(expectations), expectations, figures: stage.figures };
}

/** The closing words: what was measured, then what did not hold. */
export function fireTable({ expectations, figures }: FireReport): string {
  const width = Math.max(0, ...figures.map((one) => one.what.length));
  const broken = expectations.filter((one) => !one.held);
  const verdict = broken.length === 0
    ? [`all ${expectations.length} expectations held under fire`]
    : [`${broken.length} of ${expectations.length} expectations did not hold under fire:`, ...broken.map((one) => `  ✗ ${one.expectation}${one.detail === undefined ? '' : `: ${one.detail}`}`)];
  return [...figures.map((one) => `${one.what.padEnd(width)}  ${one.value}`), '', ...verdict].join('\n');
}
