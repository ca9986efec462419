// Checks the protocol's model: the protocol itself must hold every rule, and each reintroduced flaw must break its
// rule.
// Needs Python 3.8 or later, without packages.
//
//   node tests/model/run.mjs          the short configurations and every flaw
//   node tests/model/run.mjs --soak   the long ones too
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownWorkers } from '../../scripts/lanes.mjs';
import { execute } from '../../scripts/process.mjs';
import { SWITCH, commandLineOrEnd } from '../../sandbox/setup/command-line.cjs';

const { switches } = commandLineOrEnd({
  name: 'tests/model/run.mjs',
  usage: `node tests/model/run.mjs   the short configurations and every flaw
  --soak                   the long ones too`,
  options: { soak: SWITCH },
});
const cwd = dirname(fileURLToPath(import.meta.url));
const model = (...args) => execute('python3', ['-m', 'launch_model', ...args], { cwd, show: false });

const listed = await model('--list');
if (listed.code !== 0) {
  console.error(`Could not start the model: ${listed.stderr.trim() || 'python3 printed no error'}`);
  process.exit(2);
}
const { short, long, flaws } = JSON.parse(listed.stdout);
// The longest first, so that the shortest fill the gaps.
const configurations = [...(switches.has('soak') ? long : []), ...short.toReversed()];
const tasks = [...configurations.map((name) => [name]), ...flaws.map((name) => ['--find', name])];
const others = [
  ['fleet_model', 'The limit over all tenants'],
  ['pool_model', 'A pool of machines'],
  ['group_model', 'One call for several launches'],
  ['fill_model', 'The filling of a pool by one call'],
  ['order_model', 'One call for launches of several tenants'],
  ['mark_model', 'The mark by which the sweep finds a tenant'],
  ['cover_model', "How a tenant's open jobs are found"],
];
const count = tasks.length + others.length;
let failed = 0;

const workers = Array.from({ length: Math.min(ownWorkers(), 8) }, async () => {
  for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
    const { code, stdout, stderr } = await model(...task);
    process.stdout.write(stdout);
    if (code === 0) continue;
    failed += 1;
    console.error(
      task[0] === '--find'
        ? `The flaw ${task[1]} is not found, or breaks another rule than its own.`
        : `The protocol does not walk ${task[0]} clean. ${stderr}`,
    );
  }
});
await Promise.all(workers);

// Models of their own, each with its own flaws: seconds.
for (const [name, what] of others) {
  const { code, stdout, stderr } = await execute('python3', ['-m', name], { cwd, show: false });
  process.stdout.write(stdout);
  if (code === 0) continue;
  failed += 1;
  console.error(`${what} breaks a rule, or a flaw of it breaks none. ${stderr}`);
}
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
