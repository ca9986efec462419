import { createTables, type DynamoDbLocal } from '@multi-tenant-runner/testing';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environmentOf } from '../launch-rate/container';
import { LATENCIES } from '../launch-rate/latencies';
import { startLoopback } from '../launch-rate/loopback';
import type { MemoryCase } from './beside';
import { ANSWERS, CASES, ENVIRONMENT, SECRETS, writeTenant } from './cases';
import { PREFIX } from './names';
import type { Measured } from './price';
import type { MemoryAnswer } from './worker';

/** Of each function; what others take of the machine is seen in some and not in the quickest. */
const CONTAINERS = 2;
const EVENTS = 12;

interface Bench {
  readonly worker: string;
  readonly bundles: string;
  /** The repository's folder. */
  readonly root: string;
}

/** Each function with its real bundle in processes of its own, one after the other, beside realistic answers. */
export async function measureMemory(local: DynamoDbLocal, bench: Bench): Promise<readonly Measured[]> {
  await createTables(local.client, PREFIX);
  await writeTenant(local.client);
  const measured: Measured[] = [];
  for (const one of CASES) measured.push(await measureOne(one, local, bench));
  return measured;
}

async function measureOne(
  one: MemoryCase,
  { client, env }: DynamoDbLocal,
  { worker, bundles, root }: Bench,
): Promise<Measured> {
  const beside = await one.beside?.({ client, root, events: CONTAINERS * EVENTS });
  const dynamoDb = env['AWS_ENDPOINT_URL'] ?? '';
  const aws = beside?.aws === undefined ? {} : { aws: beside.aws };
  const loopback = await startLoopback({ dynamoDb, parameters: SECRETS, answers: ANSWERS, ...aws });
  loopback.reset(LATENCIES.realistic);
  try {
    const runs: (readonly MemoryAnswer[])[] = [];
    for (let container = 0; container < CONTAINERS; container += 1) {
      const program = [worker, join(bundles, one.name, 'index.mjs')];
      const environment = { ...environmentOf(loopback.url, PREFIX), ...ENVIRONMENT, ...beside?.environment };
      runs.push(await runContainer(program, environment, { one, first: container * EVENTS }));
    }
    await beside?.expectDone?.();
    return { name: one.name, event: one.event, ...summaryOf(runs) };
  } finally {
    await loopback.stop();
    await beside?.stop?.();
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

async function runContainer(
  program: readonly string[],
  env: Readonly<Record<string, string>>,
  { one, first }: { readonly one: MemoryCase; readonly first: number },
): Promise<MemoryAnswer[]> {
  const child = spawn(process.execPath, program, { stdio: ['pipe', 'pipe', 'inherit'], env });
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
