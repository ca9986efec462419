import { createTables, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentOf } from '../launch-rate/container';
import { LATENCIES } from '../launch-rate/latencies';
import { startLoopback, type Loopback } from '../launch-rate/loopback';
import { ANSWERS, CASES, ENVIRONMENT, PREFIX, SECRETS, writeTenant, type MemoryCase } from './cases';
import type { Measured } from './price';
import type { MemoryAnswer } from './worker';

/** Of each function; what others take of the machine is seen in some and not in the quickest. */
const CONTAINERS = 2;
const EVENTS = 12;

/** Each function with its real bundle in processes of its own, one after the other, beside realistic answers. */
export async function measureMemory(
  local: DynamoDbLocal,
  { worker, bundles }: { readonly worker: string; readonly bundles: string },
): Promise<readonly Measured[]> {
  await createTables(local.client, PREFIX);
  await writeTenant(local.client);
  const dynamoDb = local.env['AWS_ENDPOINT_URL'] ?? '';
  const loopback = await startLoopback({ dynamoDb, parameters: SECRETS, answers: ANSWERS });
  loopback.reset(LATENCIES.realistic);
  const measured: Measured[] = [];
  try {
    for (const one of CASES) {
      const runs: (readonly MemoryAnswer[])[] = [];
      for (let container = 0; container < CONTAINERS; container += 1) {
        const program = [worker, join(bundles, one.name, 'index.mjs')];
        runs.push(await runContainer(program, { one, first: container * EVENTS, loopback }));
      }
      measured.push({ name: one.name, event: one.event, ...summaryOf(runs) });
    }
    return measured;
  } finally {
    await loopback.stop();
  }
}

function summaryOf(runs: readonly (readonly MemoryAnswer[])[]): Omit<Measured, 'name' | 'event'> {
  const least = (of: (run: readonly MemoryAnswer[]) => number): number => Math.min(...runs.map(of));
  // Code is compiled while it is first used: of the later half of the events.
  const warm = runs.flatMap((run) => run.slice(EVENTS / 2));
  const warmCpu = medianOf(warm.map(({ cpuMilliseconds }) => cpuMilliseconds));
  return {
    loadCpu: least(([load]) => load?.cpuMilliseconds ?? 0),
    firstCpu: least(([, first]) => first?.cpuMilliseconds ?? 0),
    warmCpu,
    warmWait: Math.max(0, Math.min(...warm.map(({ milliseconds }) => milliseconds)) - warmCpu),
    rss: Math.max(...runs.map((run) => run.at(-1)?.rss ?? 0)),
  };
}

interface Asked {
  readonly one: MemoryCase;
  readonly first: number;
  readonly loopback: Loopback;
}

async function runContainer(program: readonly string[], { one, first, loopback }: Asked): Promise<MemoryAnswer[]> {
  const child = spawn(process.execPath, program, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...environmentOf(loopback.url, PREFIX), ...ENVIRONMENT },
  });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<MemoryAnswer> => {
      const { value, done } = await lines.next();
      if (done === true) throw new Error(`${one.name} ended before it answered`);
      return JSON.parse(String(value)) as MemoryAnswer;
    };
    const answers = [await next()];
    for (let count = 0; count < EVENTS; count += 1) {
      child.stdin.write(`${JSON.stringify(one.make(first + count))}\n`);
      answers.push(expectDone(one, await next()));
    }
    return answers;
  } finally {
    child.kill();
  }
}

/** What is measured must have been done. */
function expectDone({ name }: MemoryCase, said: MemoryAnswer): MemoryAnswer {
  const { statusCode = 200, batchItemFailures = [], failed = [] } = Object(said.answer);
  if (statusCode >= 400 || batchItemFailures.length > 0 || failed.length > 0)
    throw new Error(`${name} answered ${JSON.stringify(said.answer)}`);
  return said;
}

function medianOf(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}
