import { SWITCH, TEXT, readCommandLine, whole, type Program } from '@multi-tenant-runner/sandbox/command-line';
import type { BurstLoad } from './burst-load';
import type { PushLoad } from './push-report';
import { ALL_FAULTS, FAULT_KINDS, type FaultKind } from './scenario/fault-kinds';
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
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problem: string };

export const HELP = `Runs the functions' own handlers against a simulated GitHub and AWS, and prints how the jobs fared.

  yarn simulate [options]

  --tenants <n>    installations, 1 to 10000 (10)
  --jobs <n>       workflow jobs over all tenants, 1 to 100000 (500)
  --seed <text>    the same seed gives the same run (1)
  --seeds <n>      this many runs with the seeds <seed>, <seed>+1, …, for a number as seed (1)
  --faults <list>  kinds of faults, separated by commas; "all" (the default), "none", or of:
${Object.entries(FAULT_KINDS)
  .map(([kind, about]) => `                     ${kind.padEnd(18)} ${about}`)
  .join('\n')}
  --sweep <n>      instead, run the sweep over n tenants, 1 to 100000, and print how long it takes
  --deliveries <n> instead, run recovery at n deliveries a second, 1 to 1000, and print how far behind it is
  --burst <n>      instead, queue jobs of n tenants at once, 1 to 10000, and print how long until EC2 is asked for
                   their machines
  --outage <n>     instead, let the webhook fail for n minutes, 1 to 1440, in which --tenants queue --jobs; print how
                   long until recovery has heard of them
  --pushes <n>     instead, let each of --tenants push n times a minute, 1 to 600, and print how long until the
                   deployer asks for builds and services, with the account's API limits on; with --faults all it
                   dies, and its events come twice, late, in any order or never
  --minutes <n>    with --pushes: for how long, 1 to 60 (5)
  --raised <n>     with --pushes: how often as much as documented ECS allows, 1 to 100 (1)
  --each <n>       with --burst: jobs of each tenant, 1 to 1000 (1); with --pushes: apps of each tenant (1)
  --flood <n>      with --deliveries: as many a second more of one tenant, all of which fail; with --burst: as many jobs
                   of one more tenant (0)
  --shared         launches share calls of RunInstances with other tenants'; without --burst the account has one call in
                   two seconds, so that most do
  --concurrency <n>  with --burst: functions of scale-up at once, 2 to 100 (5)
  --config-store dynamodb  with --burst: configurations wait in DynamoDB, not in SSM with its three writes a second
  --shrink         make a failing run smaller and print the seed file to keep
  --trace          print every event of the run
  --json           print the report as JSON
  --help           print this

Ends with 0 if no promise was broken, with 1 if one was, and with 2 for a mistake in these options.`;

const PROGRAM: Program = {
  name: 'simulate',
  usage: HELP,
  options: {
    tenants: whole(1, 10_000),
    jobs: whole(1, 100_000),
    seeds: whole(1, 100_000),
    sweep: whole(1, 100_000),
    deliveries: whole(1, 1_000),
    burst: whole(1, 10_000),
    outage: whole(1, 1_440),
    pushes: whole(1, 600),
    minutes: whole(1, 60),
    raised: whole(1, 100),
    each: whole(1, 1_000),
    flood: whole(0, 1_000),
    concurrency: whole(2, 100),
    'config-store': TEXT,
    shared: SWITCH,
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
      setup: {
        shared: switches.has('shared'),
        ...(numbers['concurrency'] !== undefined && { concurrency: numbers['concurrency'] }),
        ...(texts['config-store'] !== undefined && { configStore: 'dynamodb' }),
      },
    };
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
