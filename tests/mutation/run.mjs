// Breaks the product in one place at a time and checks that a test fails. Prints which test failed for each mutation; a
// mutation that survives, or no longer fits the code, is a failure.
//
//   node tests/mutation/run.mjs            all
//   node tests/mutation/run.mjs idle       those whose name contains the word
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownWorkers } from '../../scripts/lanes.mjs';
import { execute, root, tool } from '../../scripts/process.mjs';
import { mutations } from './mutations.mjs';

const word = process.argv[2] ?? '';
const wanted = mutations.filter(({ name }) => name.includes(word));
if (wanted.length === 0) {
  console.error(`No mutation has "${word}" in its name; tests/mutation/mutations.mjs names them.`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'mutation-'));
const results = [];
const queue = [...wanted];
const workers = Array.from({ length: Math.min(ownWorkers(), 4) }, async () => {
  for (let mutation = queue.shift(); mutation !== undefined; mutation = queue.shift())
    results.push(await run(mutation));
});
await Promise.all(workers);
rmSync(folder, { recursive: true });

const width = Math.max(...wanted.map(({ name }) => name.length));
const killed = results.filter(({ by }) => by !== undefined);
for (const { name } of wanted) {
  const { by, problem } = results.find((result) => result.name === name);
  console.log(`${name.padEnd(width)}  ${by === undefined ? `SURVIVED: ${problem}` : by}`);
}
console.log(`${killed.length} passed, ${results.length - killed.length} failed`);
// Not `exit`, which drops what its reader has not taken yet.
process.exitCode = killed.length === results.length && results.length > 0 ? 0 : 1;

/** The first failing test, or why there is none. */
async function run(mutation) {
  const { name, edits, suites, tests } = mutation;
  const source = readFileSync(join(root, 'lambdas', mutation.file), 'utf8');
  const missing = edits.find(([find]) => !source.includes(find));
  if (missing !== undefined)
    return { name, problem: `the code to change is no longer in ${mutation.file}: ${missing[0].trim()}` };
  const env = { ...process.env, MUTATION: JSON.stringify({ file: mutation.file, edits }) };
  const file = join(folder, `${wanted.indexOf(mutation)}.json`);
  const args = [
    '-c',
    join('tests', 'mutation', 'jest.config.cjs'),
    '--runInBand',
    '--json',
    '--outputFile',
    file,
    ...(tests === undefined ? [] : ['--testNamePattern', `^${tests}`]),
    ...suites,
  ];
  const { stderr } = await execute(tool('jest'), args, { env, show: false });
  return { name, ...verdictOf(readReport(file), stderr, suites) };
}

function verdictOf(report, stderr, suites) {
  if (report === undefined) return { problem: `jest wrote no report: ${stderr.trim().split('\n').at(-1)}` };
  const failed = report.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed !== undefined) return { by: failed.fullName };
  const broken = report.testResults.find(({ status }) => status === 'failed');
  if (broken !== undefined) return { problem: `the mutation does not compile: ${broken.message.split('\n')[0]}` };
  return {
    problem:
      report.numPassedTests === 0
        ? `no test matches ${suites.join(' or ')}`
        : `${report.numPassedTests} tests passed (${suites.join(', ')})`,
  };
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
}
