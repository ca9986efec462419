import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { marked, read, root, tableRows, unionOf } from './documents';

const readme = read('README.md');

test('the generated tables are what the .tf files say', () => {
  const { status, stderr } = spawnSync(process.execPath, [join('tests', 'readme', 'tables.mjs')], { cwd: root, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the table of metrics names every metric that the functions can count, and no other', () => {
  const documented = tableRows(marked(readme, 'metrics')).map(([name]) => name);
  expect([...documented].sort()).toEqual(unionOf(read('lambdas/libs/core/src/names.ts'), 'MetricName').sort());
});

test('the table of reasons explains every reason that a job can have, and no other', () => {
  const documented = tableRows(marked(readme, 'reasons')).map(([name]) => name);
  expect([...documented].sort()).toEqual(unionOf(read('lambdas/libs/core/src/job.ts'), 'JobReason').sort());
});

test('the table of tiers is the default of runner_tiers', () => {
  const [table = ''] = /\| tier \| instance types[\s\S]*?\n\n/.exec(readme) ?? [];
  const rows = tableRows(table);
  expect(rows).toHaveLength(3);
  const variables = read('variables.tf');
  for (const [name, types = '', limit, labels = ''] of rows) {
    const list = (cell: string): string => `[${cell.split(', ').map((entry) => `"${entry}"`).join(', ')}]`;
    expect(variables.replaceAll(/ +/g, ' ')).toContain(
      `${name} = { runner_os = "linux", runner_architecture = "x64", instance_types = ${list(types)}, max_runners = ${limit}, labels = ${list(labels)} }`,
    );
  }
});
