import { readCommandLine, whole, type Program } from '@multi-tenant-runner/sandbox/command-line';
import { LOAD, type Load } from './load';

const PROGRAM: Program = {
  name: 'yarn bench:sweep',
  usage: `Runs scale-down's sweep on DynamoDB Local, which needs Java, over a load that its adapters write; minutes.

  yarn bench:sweep [options]

  --tenants <n>     besides a large one, 1 to 100000 (${LOAD.tenants})
  --jobs <n>        that wait for the large tenant's limit, 0 to 1000000 (${LOAD.jobs})
  --tombstones <n>  rows of uninstalled tenants, 0 to 1000000 (${LOAD.tombstones})
  --runs <n>        at most, 1 to 1000 (60)

Prints each run with the visits of the large tenant, the time until every other tenant has been looked at, the memory of
the function's process, and what an idle month costs. Ends with 1 if a bound is missed, with 2 for a mistake in these
options.`,
  options: {
    tenants: whole(1, 100_000),
    jobs: whole(0, 1_000_000),
    tombstones: whole(0, 1_000_000),
    runs: whole(1, 1_000),
  },
};

export type Arguments =
  | { readonly kind: 'run'; readonly load: Load; readonly runs: number }
  | { readonly kind: 'help'; readonly text: string }
  | { readonly kind: 'wrong'; readonly problem: string };

export function parseArguments(args: readonly string[]): Arguments {
  const read = readCommandLine(PROGRAM, args);
  if (read.kind === 'help') return { kind: 'help', text: PROGRAM.usage };
  if (read.kind === 'wrong') return read;
  const { runs = 60, ...numbers } = read.numbers;
  return { kind: 'run', load: { ...LOAD, ...numbers }, runs };
}
