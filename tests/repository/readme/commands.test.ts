import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { codeBlocks, read, root } from './documents';

const documents = [
  'README.md',
  'CONTRIBUTING.md',
  'tests/model/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const YARN_ITSELF = ['install'];

function scripts(folder: string): string[] {
  const manifest: { scripts?: Record<string, string> } = JSON.parse(read(join(folder, 'package.json')));
  return Object.keys(manifest.scripts ?? {});
}

/** Scripts that a text tells the reader to run, and where. A code block may change to another folder first. */
function namedScripts(text: string): { script: string; folder: string }[] {
  const blocks = codeBlocks(text, 'bash').map((block) => ({ block, folder: /^cd (\S+)/m.exec(block)?.[1] ?? '.' }));
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => ({ block: String(span), folder: '.' }));
  return [...blocks, ...spans].flatMap(({ block, folder }) =>
    [...block.matchAll(/(?:^|\s)(?:npm(?: --prefix \S+)? run(?: -s)?|npm(?= test)|yarn) ([a-z][a-z-]*)/gm)].map(
      ([, script]) => ({ script: String(script), folder }),
    ),
  );
}

test.each(documents)('%s names only scripts that exist', (document) => {
  for (const { script, folder } of namedScripts(read(document))) {
    expect(`${folder}: ${[...scripts(folder), ...YARN_ITSELF].find((known) => known === script)}`).toBe(
      `${folder}: ${script}`,
    );
  }
});

/** What stands in a command's way on a machine that has Node, and so npm, and nothing of this project. */
test.each(
  [...documents, ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}/README.md`)].filter((path) =>
    existsSync(join(root, path)),
  ),
)('%s needs no Yarn, which Node does not bring, but where the workspace is explained', (document) => {
  const commands = codeBlocks(read(document).replaceAll(/^ +/gm, ''), 'bash').filter((block) =>
    /(^|[\s(])yarn /.test(block),
  );
  expect(commands.filter((block) => !block.includes('# packages of the whole workspace'))).toEqual([]);
});

function testFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => join(root, folder, path));
}

test.each(documents)('%s runs by name only test files that exist', (document) => {
  const named = [...read(document).matchAll(/npx jest -c (\w+)\/jest\.config\.cjs ([\w./-]+)/g)].map(
    ([, folder, pattern]) => ({ folder: String(folder), pattern: String(pattern) }),
  );
  const missing = named.filter(
    ({ folder, pattern }) => !testFiles(folder).some((path) => new RegExp(pattern).test(path)),
  );
  expect(missing).toEqual([]);
});

test('README.md starts with the command that shows it and the command that tests it', () => {
  expect(codeBlocks(read('README.md'), 'bash').slice(0, 2)).toEqual(['npm run sandbox\n', 'npm test\n']);
});

test.each(documents)('%s links only to what is there', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target]) =>
    String(target),
  );
  const missing = links.filter((target) => !existsSync(join(root, dirname(document), target)));
  expect(missing).toEqual([]);
});

/** As GitHub makes them: lower case, no punctuation, a dash for each space. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    String(heading)
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(/\s/g, '-'),
  );
}

test.each(documents)('%s points to headings that exist', (document) => {
  const links = [...read(document).matchAll(/\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)/g)].map(([, file, anchor]) => ({
    file: file === '' ? document : join(dirname(document), String(file)),
    anchor: String(anchor),
  }));
  const missing = links.filter(
    ({ file, anchor }) =>
      !anchor.includes('\\_') &&
      !/^(requirement|provider|module|input|output)_/.test(anchor) &&
      !anchors(read(file)).includes(anchor),
  );
  expect(missing).toEqual([]);
});

function checkNames(...flags: string[]): string[] {
  const { stdout } = spawnSync(process.execPath, [join('scripts', 'test.mjs'), '--list', ...flags], {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.split('\n').flatMap((line) => line.split(' ')[0] || []);
}

test('the checks that CONTRIBUTING.md runs by name exist', () => {
  const named = [...read('CONTRIBUTING.md').matchAll(/--only ([a-z,]+)/g)].flatMap(([, names]) =>
    String(names).split(','),
  );
  expect(named.length).toBeGreaterThan(0);
  expect(checkNames()).toEqual(expect.arrayContaining(named));
});

test('yarn verify runs every linter, the proof of the namespaces, and nothing that runs the functions', () => {
  const { scripts } = JSON.parse(read('package.json'));
  expect(scripts.verify).toBe('node scripts/test.mjs --linters');
  expect(checkNames('--linters').sort()).toEqual([
    'accounts',
    'checkov',
    'eslint',
    'format',
    'layout',
    'manifests',
    'namespaces',
    'python',
    'shell',
    'tables',
    'tflint',
    'types',
    'unused',
    'validate',
    'yaml',
  ]);
});
