import { parseArguments } from './arguments';
import { printableBurst, runBurst } from './burst-load';
import { printableLag, recoverDeliveries } from './delivery-load';
import { runDay } from './day-load';
import { printableDay } from './day-report';
import type { Day } from './scenario/day-plan';
import { printableDrain, recoverFromOutage } from './outage-load';
import { printable } from './print';
import { runPushes } from './push-load';
import { printablePushes } from './push-report';
import { shrink } from './shrink';
import { simulate } from './simulate';
import { coverAllTenants, printableRound } from './sweep-load';

const args = parseArguments(process.argv.slice(2));

switch (args.kind) {
  case 'help':
    console.log(args.text);
    break;
  case 'wrong':
    console.error(args.problem);
    process.exitCode = 2;
    break;
  case 'sweep':
    process.exitCode = await sweepAll(args.tenants);
    break;
  case 'deliveries':
    console.log(printableLag(args, await recoverDeliveries(args)));
    break;
  case 'burst':
    console.log(printableBurst(args, await runBurst(args)));
    break;
  case 'day':
    process.exitCode = await simulateDay(args.day);
    break;
  case 'outage':
    console.log(printableDrain(args, await recoverFromOutage(args)));
    break;
  case 'pushes': {
    const times = await runPushes(args);
    console.log(printablePushes(args, times));
    process.exitCode = times.wrong.length === 0 ? 0 : 1;
    break;
  }
  case 'run':
    process.exitCode = await runAll(args);
}

async function simulateDay(day: Day): Promise<number> {
  // Each invocation makes an error for what may outlive it, whose stack nobody reads.
  Error.stackTraceLimit = 0;
  const result = await runDay(day, (line) => console.log(line));
  console.log(printableDay(day, result));
  return result.violations.length === 0 ? 0 : 1;
}

async function sweepAll(tenants: number): Promise<number> {
  let code = 0;
  for (const latency of [
    [3, 8],
    [20, 40],
  ] as const) {
    const load = { tenants, latency };
    const round = await coverAllTenants(load);
    console.log(printableRound(load, round));
    if (round.repaired !== round.broken || round.runs.at(-1)?.finished !== true) code = 1;
  }
  return code;
}

async function runAll({
  options,
  seeds,
  json,
  trace,
  shrink: small,
}: Extract<typeof args, { kind: 'run' }>): Promise<number> {
  let code = 0;
  for (let index = 0; index < seeds; index += 1) {
    const own = seeds === 1 ? options : { ...options, seed: String(Number(options.seed) + index) };
    const started = process.hrtime.bigint();
    const { lines, ...report } = await simulate(own, { keepTrace: trace });
    const seconds = Number(process.hrtime.bigint() - started) / 1e9;
    const failed = report.violations.length > 0;
    if (trace) console.log(lines.join('\n'));
    if (json) console.log(JSON.stringify(report));
    else if (failed || seeds === 1) console.log(printable(report, seconds));
    if (!failed) continue;
    code = 1;
    if (!small) continue;
    const smallest = await shrink(
      own,
      async (candidate) => new Set((await simulate(candidate)).violations.map(({ promise }) => promise)),
    );
    console.log(
      'The smallest run that still fails; keep it as lambdas/testing/simulator/seeds/<what it ' +
        `shows>.json:\n${JSON.stringify(smallest)}`,
    );
  }
  if (seeds > 1 && !json)
    console.log(`${seeds} seeds, ${code === 0 ? 'no promise broken' : 'promises broken as above'}`);
  return code;
}
