// `npm test`: every test that needs no cloud, from a bare clone. Plain JavaScript, because it runs before anything is
// installed. Checks run beside each other (scripts/lanes.mjs); the output of each is printed whole, in the order of
// --list. The last line adds up their tests.
//
//   node scripts/test.mjs                     everything
//   node scripts/test.mjs --only lambdas,iam  some checks
//   node scripts/test.mjs --linters           those that run nothing of the product: `yarn verify`
//   node scripts/test.mjs --all               also those that passed before and whose files have not changed since
//   node scripts/test.mjs --list              their names
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { SWITCH, TEXT, commandLineOrEnd } from '../sandbox/setup/command-line.cjs';
import { SetupError } from '../sandbox/setup/command.mjs';
import { ensureNodePackages } from '../sandbox/setup/node-packages.mjs';
import { checks } from './checks.mjs';
import { WORKERS, inOrder, runInLanes } from './lanes.mjs';
import { root } from './process.mjs';
import { createResults } from './unchanged.mjs';

const USAGE = `npm test -- [options]
  --only NAMES   these checks, separated by commas
  --linters      those that run nothing of the product
  --all          run also what passed before and has not changed since
  --list         print the names`;
const { switches, texts } = commandLineOrEnd({
  name: 'npm test',
  usage: USAGE,
  options: { only: TEXT, linters: SWITCH, all: SWITCH, list: SWITCH },
});
if (switches.has('list')) {
  for (const check of checks.filter(({ linter }) => linter || !switches.has('linters')))
    console.log(`${check.name.padEnd(12)} ${check.about}`);
  process.exit(0);
}

const byDefault = (check) => (switches.has('linters') ? check.linter : !check.onlyByName);
const names = texts.only?.split(',') ?? checks.filter(byDefault).map(({ name }) => name);
const unknown = names.filter((name) => !checks.some((check) => check.name === name));
if (unknown.length > 0) {
  console.error(`There is no check ${unknown.join(', ')}; there are ${checks.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}
const wanted = checks.filter(({ name }) => names.includes(name));
// A single check shows its output as it comes.
const alone = wanted.length === 1;

// A clean machine judges everything again, unless it brings results of its own.
const kept =
  process.env.TEST_RESULTS_DIR ?? (process.env.CI === 'true' ? undefined : join(root, '.sandbox', 'results'));
const results = createResults({ root, folder: kept });
const started = Date.now();
const total = { passed: 0, failed: 0, skipped: 0 };
const again = [];
const running = new Set();
for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 }))
  process.once(signal, () => {
    for (const child of running) endGroup(child, signal);
    process.exit(code);
  });

if (await packagesAreThere()) {
  const print = inOrder(
    wanted.map(({ name }) => name),
    report,
  );
  await runInLanes(wanted, { run: runOrRecall, onEnd: ({ name }, result) => print(name, result) });
} else {
  again.push('npm test');
}
console.log(`\n${seconds(started)} s`);
for (const command of again) console.log(`FAILED; run it again: ${command}`);
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed > 0 ? 1 : 0);

async function packagesAreThere() {
  try {
    await ensureNodePackages({ root, log: (line) => console.log(line) });
    return true;
  } catch (error) {
    console.error(error instanceof SetupError ? error.message : error);
    total.failed += 1;
    return false;
  }
}

async function runOrRecall(check) {
  const key = check.inputs === undefined ? undefined : results.keyOf(check.inputs);
  const before = key === undefined || switches.has('all') ? undefined : results.find(check.name, key);
  if (before !== undefined) {
    const text = `Nothing that it reads has changed since it passed (${before.at}); --all runs it.\n`;
    return { text, passed: before.passed, failed: 0, skipped: 0, time: 'unchanged' };
  }
  const result = await start(check);
  if (key !== undefined && result.failed === 0 && !result.skipped) results.keep(check.name, key, result);
  return result;
}

/**
 * Each check is a process of its own, so that its output stays whole, and leads a group, so that a signal reaches all
 * that it started.
 */
function start({ name }) {
  const begun = Date.now();
  if (alone) console.log(`\n=== ${name}`);
  const stdio = alone ? ['ignore', 'inherit', 'inherit', 'ipc'] : ['ignore', 'pipe', 'pipe', 'ipc'];
  const env = alone ? process.env : { ...process.env, TEST_WORKERS: String(WORKERS) };
  const child = fork(join(root, 'scripts', 'run-check.mjs'), [name], { cwd: root, env, stdio, detached: true });
  running.add(child);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  let result = { passed: 0, failed: 1 };
  child.on('message', (message) => (result = message));
  return new Promise((resolve) =>
    child.on('close', () => {
      running.delete(child);
      const cpu = result.cpu === undefined ? '' : `, ${result.cpu.toFixed(1)} s of processor`;
      resolve({ ...result, text: Buffer.concat(output).toString(), time: `${seconds(begun)} s${cpu}` });
    }),
  );
}

function endGroup({ pid }, signal) {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // It has just ended by itself.
    if (error.code !== 'ESRCH') throw error;
  }
}

function report(name, result) {
  for (const key of Object.keys(total)) total[key] += result[key] ?? 0;
  if (result.failed > 0) again.push(result.again ?? `node scripts/test.mjs --only ${name}`);
  const skipped = result.skipped ? `, ${result.skipped} skipped` : '';
  const counted = `${result.passed} passed, ${result.failed} failed${skipped}`;
  const head = alone ? '' : `\n=== ${name}\n`;
  process.stdout.write(`${head}${result.text}--- ${name}: ${counted} (${result.time})\n`);
}

function seconds(since) {
  return ((Date.now() - since) / 1000).toFixed(1);
}
