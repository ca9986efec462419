// `npm test`: every test that needs no cloud, from a bare clone. Plain JavaScript, because it runs before anything is
// installed. Each check says how many of its tests passed; the last line adds them up.
//
//   node scripts/test.mjs                     everything
//   node scripts/test.mjs --only lambdas,iam  some checks
//   node scripts/test.mjs --linters           those that run nothing of the product: `yarn verify`
//   node scripts/test.mjs --list              their names
import { SWITCH, TEXT, commandLineOrEnd } from '../sandbox/setup/command-line.cjs';
import { SetupError } from '../sandbox/setup/command.mjs';
import { ensureNodePackages } from '../sandbox/setup/node-packages.mjs';
import { checks } from './checks.mjs';
import { root } from './process.mjs';

const USAGE = `npm test -- [options]
  --only NAMES   these checks, separated by commas
  --linters      those that run nothing of the product
  --list         print the names`;
const { switches, texts } = commandLineOrEnd({
  name: 'npm test --',
  usage: USAGE,
  options: { only: TEXT, linters: SWITCH, list: SWITCH },
});
if (switches.has('list')) {
  for (const check of checks.filter(({ linter }) => linter || !switches.has('linters')))
    console.log(`${check.name.padEnd(12)} ${check.about}`);
  process.exit(0);
}

const byDefault = (check) => (switches.has('linters') ? check.linter : !check.onlyByName);
const wanted = texts.only?.split(',') ?? checks.filter(byDefault).map(({ name }) => name);
const unknown = wanted.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(', ')}; "node scripts/test.mjs --list" names them.`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
await runCheck({
  name: 'setup',
  run: async () => void (await ensureNodePackages({ root, log: (line) => console.log(line) })),
});
for (const check of checks.filter(({ name }) => wanted.includes(name))) await runCheck(check);

console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);

async function runCheck({ name, run }) {
  const started = Date.now();
  console.log(`\n=== ${name}`);
  const result = await outcome(run);
  for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(
    `--- ${name}: ${result.passed} passed, ${result.failed} ` +
      `failed${result.skipped ? `, ${result.skipped} skipped` : ''} (${seconds} s)`,
  );
}

async function outcome(run) {
  try {
    return (await run()) ?? { passed: 1, failed: 0 };
  } catch (error) {
    if (error.missingTool && process.env.CI !== 'true') {
      console.log(`\n!!! NOT TESTED: ${error.message}\n`);
      return { passed: 0, failed: 0, skipped: 1 };
    }
    console.error(error instanceof SetupError || error.expected ? error.message : error);
    return { passed: 0, failed: 1 };
  }
}
