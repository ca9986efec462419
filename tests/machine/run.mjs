// Runs the unchanged boot script of a plan in an isolated system; docs/runners.md lists what is simulated.
// Ends with `N passed, N failed`.
//
//   node tests/machine/run.mjs                  everything (root only)
//   node tests/machine/run.mjs --only watchdog  the scenarios with this in their name
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT, planOnce, resource } from '../terraform/render.mjs';
import { boot } from './machine.mjs';
import { ensureRoot, whatIsMissing } from './root.mjs';
import { SCENARIOS, alwaysHolds } from './scenarios.mjs';
import { SYSTEMS } from './systems.mjs';

const AT_ONCE = 3;
const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

const missing = whatIsMissing();
if (missing !== undefined) {
  console.log(`\n!!! NOT TESTED: ${missing}\n`);
  const strict = process.env.CI === 'true';
  console.log(strict ? '0 passed, 1 failed' : '0 passed, 0 failed, 1 skipped');
  process.exit(strict ? 1 : 0);
}

const root = ensureRoot(join(ROOT, '.sandbox', 'machine'), (line) => console.log(line));
const { user_data: encoded } = resource(await planOnce('machine'), 'module.runners.aws_launch_template.tier["small"]');
const text = Buffer.from(encoded, 'base64').toString('utf8');

const runs = Object.keys(SYSTEMS)
  .flatMap((system) => [
    ...SCENARIOS.map((scenario) => ({
      name: `${system}: ${scenario.name}`,
      run: () => runScenario({ ...scenario, system }),
    })),
  ])
  .filter(({ name }) => name.includes(values.only));

const timings = new Map();
const counted = { passed: 0, failed: 0 };
const waiting = [...runs];
await Promise.all(Array.from({ length: AT_ONCE }, work));
for (const [system, line] of timings) console.log(`From the start of the script to run.sh, ${system}: ${line}`);
console.log(`${counted.passed} passed, ${counted.failed} failed`);
process.exit(counted.failed > 0 || counted.passed === 0 ? 1 : 0);

async function work() {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    try {
      await next.run();
      counted.passed += 1;
    } catch (error) {
      counted.failed += 1;
      console.log(`FAIL ${next.name}\n     ${String(error.message).replaceAll('\n', '\n     ')}`);
    }
  }
}

async function runScenario(scenario) {
  const result = await boot(text, root, scenario);
  alwaysHolds(result);
  scenario.check(result);
  if (result.bound !== undefined)
    console.log(
      `${scenario.system}: from the last answer without a tenant to run.sh ${result.bound.to - result.bound.from} ms`,
    );
  const steps = result.api.events.find(({ kind }) => kind === 'boot')?.timings;
  if (steps !== undefined && scenario.timed)
    timings.set(
      scenario.system,
      Object.entries(steps)
        .map(([step, took]) => `${step}=${took}ms`)
        .join(' '),
    );
}
