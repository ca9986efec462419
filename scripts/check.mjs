// `npm run check`: what to run before a commit, in under a minute: types, layout, lint, and the unit tests that the
// change can reach. Each failure prints the one command that runs it again. `npm test` runs everything, also the long
// suites under lambdas/testing.
//
//   node scripts/check.mjs            what differs from main, or from main's last commit but one
//   node scripts/check.mjs --all      the whole tree's layout and lint
import { SWITCH, commandLineOrEnd } from '../sandbox/setup/command-line.cjs';
import { SetupError } from '../sandbox/setup/command.mjs';
import { ensureNodePackages } from '../sandbox/setup/node-packages.mjs';
import { findTerraform } from '../sandbox/setup/provider-mirror.mjs';
import { changedFiles } from './changed-files.mjs';
import { execute, root, tool } from './process.mjs';

/** A change of more files than this reaches most tests, which takes minutes: `npm test` is for that. */
const MOST_FILES = 60;

const { switches } = commandLineOrEnd({
  name: 'npm run check',
  usage: `npm run check   types, layout, lint and unit tests of what differs from main
  --all         the whole tree's layout and lint`,
  options: { all: SWITCH },
});
const wholeTree = switches.has('all');
try {
  await ensureNodePackages({ root, log: (line) => console.log(line) });
} catch (error) {
  console.error(error instanceof SetupError ? error.message : error);
  process.exit(1);
}

const steps = stepsFor(wholeTree ? [] : changedFiles(root));
const queue = [...steps];
const failed = [];
// Two at a time: each step uses one core.
await Promise.all([work(), work()]);
for (const { name, again } of failed) console.log(`\nFAILED ${name}. Run it again: ${again}`);
console.log(failed.length === 0 ? `\nall of ${steps.length} steps hold` : `\n${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

function stepsFor(changed) {
  const code = changed.filter((file) => /\.(ts|mts|mjs|cjs)$/.test(file));
  const has = (pattern) => wholeTree || changed.some((file) => pattern.test(file));
  const some = (files) => (wholeTree ? ['.'] : files);
  const eslint = ['--cache', '--cache-location', '.sandbox/eslint', '--no-warn-ignored', '--max-warnings', '0'];
  return [
    step('types', 'tsc', ['--noEmit', '--incremental', '--tsBuildInfoFile', '.sandbox/check.tsbuildinfo']),
    ...(code.length > 0 || wholeTree ? [step('lint', 'eslint', [...eslint, ...some(code)])] : []),
    ...(changed.length > 0 || wholeTree
      ? [step('layout', 'prettier', ['--check', '--ignore-unknown', ...some(changed)])]
      : []),
    // They compare files that no import connects, documents among them.
    step('tests of the repository', 'jest', ['-c', 'tests/jest.config.cjs', '--maxWorkers', '1', 'tests/repository']),
    ...related(code),
    ...(has(/\.py$/) ? [program('python', process.execPath, ['scripts/test.mjs', '--only', 'python'])] : []),
    ...(has(/\.(tf|hcl|tfvars)$/) ? terraformFormat() : []),
  ];
}

/** The unit tests that import what changed. */
function related(code) {
  if (code.length > MOST_FILES) {
    console.log(`${code.length} files of code differ: their tests are left to npm test.`);
    return [];
  }
  return ['lambdas', 'sandbox']
    .filter((workspace) => code.some((file) => file.startsWith(`${workspace}/`)))
    .map((workspace) => {
      const options = ['--maxWorkers', '1', '--passWithNoTests', '--testPathIgnorePatterns', 'testing/'];
      return step(`tests of ${workspace}`, 'jest', [
        ...['-c', `${workspace}/jest.config.cjs`, ...options, '--findRelatedTests'],
        ...code,
      ]);
    });
}

function terraformFormat() {
  try {
    const step = program('terraform fmt', findTerraform(), ['fmt', '-check', '-recursive']);
    return [{ ...step, again: 'terraform fmt -recursive' }];
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.log(`!!! NOT CHECKED: terraform fmt. ${error.message}`);
    return [];
  }
}

function step(name, command, args) {
  return { name, command: tool(command), args, again: `npx ${command} ${args.join(' ')}` };
}

function program(name, command, args) {
  return { name, command, args, again: `${command === process.execPath ? 'node' : command} ${args.join(' ')}` };
}

async function work() {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const started = Date.now();
    const { code: exit, stdout, stderr } = await execute(next.command, next.args, { show: false });
    console.log(`${exit === 0 ? 'holds ' : 'FAILED'} ${next.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (exit === 0) continue;
    console.log(`${stdout}${stderr}`);
    failed.push(next);
  }
}
