import { spawnSync } from 'node:child_process';
import { read, root, tableRows } from './readme/documents';

const contributing = read('CONTRIBUTING.md');

function section(heading: string): string {
  const [, rest = ''] = contributing.split(`### ${heading}\n`);
  return rest.split(/^##/m)[0] ?? '';
}

function git(...args: readonly string[]): string[] {
  const { stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('ten rules that newcomers look for', () => {
  const rules = tableRows(section('Ten rules that newcomers look for'));

  test('are at least ten', () => expect(rules.length).toBeGreaterThanOrEqual(10));

  test.each(rules)('%s', (_, file = '', name = '') => {
    expect(read(file)).toMatch(new RegExp(`^export (async )?(function|const|type|interface) ${name}\\b`, 'm'));
  });
});

describe('what a change touches', () => {
  const spans = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => String(span));
  const kinds = section('What a change touches')
    .split('\n')
    .filter((line) => line.startsWith('| a'))
    .map((line) => line.split('|').slice(1, -1))
    .map(([what = '', where = '']) => ({
      what: what.trim(),
      example: spans(what)[0] ?? '',
      paths: spans(where).filter((span) => span !== 'config.ts'),
    }));
  const pattern = (path: string): RegExp => new RegExp(`^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}(/|$)`);

  test('names functions, metrics, reasons and environment variables', () => expect(kinds).toHaveLength(4));

  test.each(kinds)('$what: each place names the example', ({ example, paths }) => {
    const naming = git('grep', '-lwF', '--', example);
    expect(paths.filter((path) => !naming.some((file) => pattern(path).test(file)))).toEqual([]);
  });

  test.each(kinds)('$what: no source that names it is left out', ({ example, paths }) => {
    const product = ['*.tf', 'lambdas', 'sandbox', ':(exclude)*.test.*', ':(exclude)*.property.*', ':(exclude)*.md'];
    const naming = git('grep', '-lwF', example, '--', ...product);
    expect(naming.filter((file) => !paths.some((path) => pattern(path).test(file)))).toEqual([]);
  });
});
