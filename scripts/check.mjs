// `npm run check`: what to run before a commit, in under a minute: types, layout, lint, and the unit tests that the
// change can reach. Each failure prints the one command that runs it again. `npm test` runs everything.
//
//   node scripts/check.mjs            what differs from main's last commit
//   node scripts/check.mjs --all      the whole tree's layout and lint
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureNodePackages } from '../sandbox/setup/node-packages.mjs';
import { execute, root, tool } from './process.mjs';

const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });
await ensureNodePackages({ root, log: (line) => console.log(line) });

const changed = values.all ? [] : changedFiles();
const code = changed.filter((file) => /\.(ts|mts|mjs|cjs)$/.test(file));
const slow = steps();
const failed = [];
// Two at a time: the steps are of one thread each, and jest's are given the rest.
await Promise.all([work(), work()]);
for (const { name, again } of failed) console.log(`\nFAILED ${name}. Run it again: ${again}`);
console.log(failed.length === 0 ? `\nall of ${steps().length} steps hold` : `\n${failed.length} failed`);
process.exitCode = failed.length === 0 ? 0 : 1;

function steps() {
  const some = (files) => (values.all ? ['.'] : files);
  const tests = ['lambdas', 'sandbox', 'tests'].map((workspace) =>
    step(`tests of ${workspace}`, 'jest', [
      ...[
        '-c',
        `${workspace}/jest.config.cjs`,
        '--maxWorkers',
        '1',
        '--passWithNoTests',
        '--testPathIgnorePatterns',
        'testing/',
        '--findRelatedTests',
      ],
      ...code,
    ]),
  );
  return [
    step('types', 'tsc', ['--noEmit']),
    ...(code.length > 0 || values.all
      ? [step('lint', 'eslint', ['--cache', '--cache-location', '.sandbox/eslint', '--no-warn-ignored', ...some(code)])]
      : []),
    ...(changed.length > 0 || values.all
      ? [step('layout', 'prettier', ['--check', '--ignore-unknown', ...some(changed)])]
      : []),
    ...(code.length > 0 ? tests : []),
    ...(changed.some((file) => file.endsWith('.tf')) || values.all
      ? [
          {
            name: 'terraform fmt',
            command: 'terraform',
            args: ['fmt', '-check', '-recursive'],
            again: 'terraform fmt -recursive',
          },
        ]
      : []),
  ];
}

function step(name, program, args) {
  return { name, command: tool(program), args, again: `npx ${program} ${args.join(' ')}` };
}

async function work() {
  for (let next = slow.shift(); next !== undefined; next = slow.shift()) {
    const started = Date.now();
    const { code: exit, stdout, stderr } = await execute(next.command, next.args, { show: false });
    console.log(`${exit === 0 ? 'holds ' : 'FAILED'} ${next.name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
    if (exit === 0) continue;
    console.log(`${stdout}${stderr}`);
    failed.push(next);
  }
}

/** What differs from the last commit, and what the last commit changed: the work at hand. */
function changedFiles() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).split('\0');
  const names = [
    ...git('diff', '--name-only', '-z', 'HEAD~1'),
    ...git('ls-files', '--others', '--exclude-standard', '-z'),
  ];
  return [...new Set(names)].filter((file) => file !== '' && existsSync(`${root}/${file}`));
}
