import { SWITCH, TEXT, readCommandLine, whole, type Program } from '@multi-tenant-runner/sandbox/command-line';
import type { BurstLoad } from './burst-load';
import type { PushLoad } from './push-report';
import { HELP } from './help';
import { ALL_FAULTS, FAULT_KINDS, type FaultKind } from './scenario/fault-kinds';
import type { Day } from './scenario/day-plan';
import type { SimulationOptions } from './scenario/options';

export type Arguments =
  | {
      readonly kind: 'run';
      readonly options: SimulationOptions;
      readonly shrink: boolean;
      readonly trace: boolean;
      readonly json: boolean;
      readonly seeds: number;
    }
  | { readonly kind: 'sweep'; readonly tenants: number }
  | { readonly kind: 'deliveries'; readonly rate: number; readonly flood: number }
  | ({ readonly kind: 'burst' } & Required<BurstLoad>)
  | { readonly kind: 'outage'; readonly minutes: number; readonly tenants: number; readonly jobs: number }
  | ({ readonly kind: 'pushes' } & Required<PushLoad>)
  | { readonly kind: 'day'; readonly day: Day }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problem: string };

const PROGRAM: Program = {
  name: 'simulate',
  usage: HELP,
  options: {
    tenants: whole(1, 10_000),
    jobs: whole(1, 1_000_000),
    seeds: whole(1, 100_000),
    sweep: whole(1, 100_000),
    deliveries: whole(1, 1_000),
    burst: whole(1, 10_000),
    outage: whole(0, 1_440),
    hot: whole(0, 50),
    hours: whole(1, 24),
    pushes: whole(1, 600),
    minutes: whole(1, 60),
    raised: whole(1, 100),
    each: whole(1, 1_000),
    flood: whole(0, 1_000),
    concurrency: whole(2, 100),
    'config-store': TEXT,
    day: SWITCH,
    shared: SWITCH,
    first: SWITCH,
    seed: TEXT,
    faults: TEXT,
    shrink: SWITCH,
    trace: SWITCH,
    json: SWITCH,
  },
};

/** Reads the command line; what is wrong with it is one sentence. */
export function parseArguments(args: readonly string[]): Arguments {
  const read = readCommandLine(PROGRAM, args);
  if (read.kind === 'help') return { kind: 'help', text: HELP };
  if (read.kind === 'wrong') return read;
  const { numbers, texts, switches } = read;
  if (numbers['sweep'] !== undefined) return { kind: 'sweep', tenants: numbers['sweep'] };
  if (numbers['deliveries'] !== undefined)
    return { kind: 'deliveries', rate: numbers['deliveries'], flood: numbers['flood'] ?? 0 };
  if ((texts['config-store'] ?? 'dynamodb') !== 'dynamodb')
    return wrong(`--config-store takes dynamodb, or is left out for SSM, and is not ${texts['config-store']}.`);
  if (numbers['burst'] !== undefined)
    return {
      ...{ kind: 'burst', tenants: numbers['burst'], jobs: numbers['each'] ?? 1, flood: numbers['flood'] ?? 0 },
      isFirst: switches.has('first'),
      setup: {
        shared: switches.has('shared'),
        ...(numbers['concurrency'] !== undefined && { concurrency: numbers['concurrency'] }),
        ...(texts['config-store'] !== undefined && { configStore: 'dynamodb' }),
      },
    };
  if (switches.has('day')) return { kind: 'day', day: dayOf(numbers, texts) };
  if (numbers['outage'] !== undefined)
    return {
      kind: 'outage',
      minutes: numbers['outage'],
      tenants: numbers['tenants'] ?? 10,
      jobs: numbers['jobs'] ?? 500,
    };
  if (numbers['pushes'] !== undefined)
    return {
      kind: 'pushes',
      pushes: numbers['pushes'],
      tenants: numbers['tenants'] ?? 100,
      apps: numbers['each'] ?? 1,
      minutes: numbers['minutes'] ?? 5,
      raised: numbers['raised'] ?? 1,
      faults: texts['faults'] === 'all',
      seed: texts['seed'] ?? '1',
    };
  if ((numbers['jobs'] ?? 0) > 100_000) return wrong('More than 100000 jobs need --day: nothing else forgets them.');
  const faultKinds = parseFaultKinds(texts['faults'] ?? 'all');
  if (typeof faultKinds === 'string') return wrong(faultKinds);
  const seed = texts['seed'] ?? '1';
  const seeds = numbers['seeds'] ?? 1;
  if (seeds > 1 && !/^\d{1,15}$/.test(seed))
    return wrong(`--seeds counts upwards from --seed, so that must be an integer, not ${seed}.`);
  const options = {
    ...{ seed, tenants: numbers['tenants'] ?? 10, jobs: numbers['jobs'] ?? 500, faultKinds },
    ...(switches.has('shared') && { setup: { shared: true, calls: { burst: 1, perSecond: 0.5 } } }),
  };
  return {
    kind: 'run',
    options,
    seeds,
    shrink: switches.has('shrink'),
    trace: switches.has('trace'),
    json: switches.has('json'),
  };
}

function parseFaultKinds(text: string): readonly FaultKind[] | string {
  if (text === 'all') return ALL_FAULTS;
  if (text === 'none') return [];
  const kinds = text.split(',').map((kind) => kind.trim());
  const unknown = kinds.find((kind) => !(kind in FAULT_KINDS));
  if (unknown !== undefined)
    return `${unknown} is not a kind of fault; --faults takes all, none, or of ${ALL_FAULTS.join(', ')}.`;
  return ALL_FAULTS.filter((kind) => kinds.includes(kind));
}

function wrong(problem: string): Arguments {
  return { kind: 'wrong', problem };
}

type Given<T> = Readonly<Record<string, T | undefined>>;

function dayOf(numbers: Given<number>, texts: Given<string>): Day {
  return {
    seed: texts['seed'] ?? '1',
    tenants: numbers['tenants'] ?? 10,
    jobs: numbers['jobs'] ?? 500,
    hours: numbers['hours'] ?? 24,
    hot: numbers['hot'] ?? 10,
    outage: numbers['outage'] ?? 60,
    raised: numbers['raised'] ?? 1,
    concurrency: numbers['concurrency'] ?? 5,
    ssm: texts['config-store'] === undefined,
  };
}
