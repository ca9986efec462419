import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeBlocks, marked, read, root, tableRows, unionOf } from './documents';

const readme = read('README.md');

test('the generated tables, also those of the modules below, are what the .tf files say', () => {
  const { status, stderr } = spawnSync(process.execPath, [join('tests', 'repository', 'readme', 'tables.mjs')], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});

test('the table of metrics names every metric that the functions can count, and no other', () => {
  const documented = tableRows(marked('docs/monitoring.md', 'metrics')).map(([name]) => name);
  expect([...documented].sort()).toEqual(unionOf(read('lambdas/libs/core/src/model/names.ts'), 'MetricName').sort());
});

test('the table of reasons explains every reason that a job can have, and no other', () => {
  const documented = tableRows(marked('docs/troubleshooting.md', 'reasons')).map(([name]) => name);
  expect([...documented].sort()).toEqual(unionOf(read('lambdas/libs/core/src/model/job.ts'), 'JobReason').sort());
});

test('the table of tiers is the default of runner_tiers', () => {
  const [table = ''] = /\| tier \| instance types[\s\S]*?\n\n/.exec(readme) ?? [];
  const rows = tableRows(table);
  expect(rows).toHaveLength(3);
  const variables = read('variables.tf');
  for (const [name, types = '', limit, labels = ''] of rows) {
    const list = (cell: string): string =>
      `[${cell
        .split(', ')
        .map((entry) => `"${entry}"`)
        .join(', ')}]`;
    expect(variables.replaceAll(/\s+/g, ' ')).toContain(
      `${name} = { runner_os = "linux" runner_architecture = "x64" instance_types = ${list(types)} ` +
        `max_runners = ${limit} labels = ${list(labels)} }`,
    );
  }
});

describe.each(readdirSync(join(root, 'modules')))('modules/%s', (name) => {
  const document = read(join('modules', name, 'README.md'));

  test('its README has generated tables and none by hand', () => {
    const [byHand = '', generated = ''] = document.split('<!-- BEGIN_TF_DOCS -->');
    expect(byHand).not.toMatch(/^\| *(input|output|variable)s? *\|/im);
    expect(generated).toContain('## Inputs');
  });

  test('its example, where it has one, gives every input that is required, and only inputs that exist', () => {
    const inputs = generatedInputs(document);
    for (const block of codeBlocks(document, 'hcl')) {
      const [, body = ''] = new RegExp(`^module "\\w+" \\{\\n([\\s\\S]*?)^\\}`, 'm').exec(block) ?? [];
      const given = [...body.matchAll(/^ {2}(\w+) += /gm)]
        .map(([, input]) => String(input))
        .filter((input) => input !== 'source');
      expect(given.filter((input) => !inputs.some((known) => known.name === input))).toEqual([]);
      expect(inputs.filter(({ name: input, required }) => required && !given.includes(input))).toEqual([]);
    }
  });
});

function generatedInputs(document: string): { readonly name: string; readonly required: boolean }[] {
  return [...document.matchAll(/^\| <a name="input_(\w+)"><\/a>.*\| (yes|no) \|$/gm)].map(([, name, required]) => ({
    name: String(name),
    required: required === 'yes',
  }));
}
