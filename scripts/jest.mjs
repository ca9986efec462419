import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureRuntimes, runtimePrograms } from '../sandbox/setup/runtimes.mjs';
import { ownWorkers } from './lanes.mjs';
import { CheckFailed, execute, root } from './process.mjs';

/**
 * What runs a handler or an adapter in a second or two; the long searches and the decisions do not hang on Node's
 * release.
 */
const ON_RUNTIMES = [
  'lambdas/functions',
  'lambdas/libs/(aws|github|runtime)',
  'lambdas/build',
  'lambdas/testing/system/[a-z-]+.test',
];
const LONG = ['/node_modules/', '\\.property\\.', 'lambdas/testing/system/races', 'crash'];

export async function checkRuntimes() {
  await ensureRuntimes({ root, log: (line) => console.log(line) });
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, node] of Object.entries(runtimePrograms(root))) {
    console.log(`\n${name}`);
    const result = await jest('lambdas', { node, name, args: [...ON_RUNTIMES, '--testPathIgnorePatterns', ...LONG] });
    for (const key of Object.keys(total)) total[key] += result[key];
  }
  return total;
}

/** A workspace's tests, counted; `again` runs the files that failed. */
export async function jest(workspace, { node = process.execPath, name = workspace, args = [] } = {}) {
  const folder = join(root, '.sandbox', 'tests');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const { code } = await execute(
    node,
    [
      join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
      ...args,
      '-c',
      join(workspace, 'jest.config.cjs'),
      '--maxWorkers',
      String(ownWorkers()),
      '--json',
      '--outputFile',
      file,
    ],
    { env: { ...process.env, FORCE_COLOR: '0' } },
  );
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const brokenSuites = report.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length;
  if (code !== 0 && report.numFailedTests + brokenSuites === 0)
    throw new CheckFailed(`jest ended with exit code ${code} although no test failed`);
  if (report.numPassedTests === 0) throw new CheckFailed(`jest ran no test of ${workspace}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenSuites,
    skipped: report.numPendingTests,
    again: `npx jest -c ${workspace}/jest.config.cjs ${failedFiles(report).join(' ')}`,
  };
}

function failedFiles({ testResults }) {
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => relative(root, name));
}
