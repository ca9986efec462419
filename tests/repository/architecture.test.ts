import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { preProcessFile } from 'typescript';

const root = join(__dirname, '../..');
const PACKAGE = '@multi-tenant-runner/';

/** What each part may import besides itself. Functions never import each other: what two share lives in a library. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  runtime: ['core'],
  aws: ['core', 'runtime'],
  github: ['core', 'runtime'],
  wiring: ['aws', 'core', 'github', 'runtime'],
  webhook: ['aws', 'core', 'runtime'],
  'scale-up': ['wiring', 'core', 'runtime'],
  'scale-down': ['wiring', 'core', 'runtime'],
  'tenant-manager': ['aws', 'wiring', 'core', 'runtime'],
  recovery: ['aws', 'core', 'github', 'runtime', 'wiring'],
  machine: ['aws', 'core', 'runtime'],
  api: ['aws', 'core', 'runtime'],
  events: ['aws', 'core', 'runtime'],
  deployer: ['aws', 'core', 'github', 'runtime', 'wiring'],
  callbacks: ['aws', 'core', 'runtime'],
};

const parts = ['libs', 'functions'].flatMap((kind) =>
  readdirSync(join(root, 'lambdas', kind)).map((name) => ({ name, folder: join(root, 'lambdas', kind, name) })),
);
const shipped = parts.filter(({ name }) => name !== 'testing');

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return name.endsWith('.ts') && !name.endsWith('.test.ts') ? [path] : [];
  });
}

const importsOf = (file: string): string[] =>
  preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);

test('every part has its place in the list', () => {
  expect(shipped.map(({ name }) => name).sort()).toEqual(Object.keys(MAY_IMPORT).sort());
});

test.each(shipped)('$name imports only what its layer may', ({ name, folder }) => {
  const allowed = MAY_IMPORT[name] ?? [];
  for (const file of sources(join(folder, 'src'))) {
    const ours = importsOf(file)
      .filter((imported) => imported.startsWith(PACKAGE))
      .map((imported) => imported.slice(PACKAGE.length));
    expect({ file: relative(root, file), forbidden: ours.filter((imported) => !allowed.includes(imported)) }).toEqual({
      file: relative(root, file),
      forbidden: [],
    });
  }
});

test.each(shipped)('$name declares what it imports', ({ folder }) => {
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const file of sources(join(folder, 'src'))) {
    const packages = importsOf(file)
      .filter((imported) => !imported.startsWith('.') && !imported.startsWith('node:'))
      .map((imported) =>
        imported
          .split('/')
          .slice(0, imported.startsWith('@') ? 2 : 1)
          .join('/'),
      );
    expect({ file: relative(root, file), undeclared: packages.filter((name) => !(name in dependencies)) }).toEqual({
      file: relative(root, file),
      undeclared: [],
    });
  }
});

test.each(shipped.filter(({ folder }) => folder.includes('functions')))(
  '$name reads its environment in its composition root alone',
  ({ folder }) => {
    const readers = sources(join(folder, 'src')).filter((file) => readFileSync(file, 'utf8').includes('process.env'));
    expect(readers.map((file) => relative(join(folder, 'src'), file))).toEqual(['index.ts']);
  },
);

test.each(shipped.filter(({ folder }) => folder.includes('libs')))('$name reads no environment', ({ folder }) => {
  expect(sources(join(folder, 'src')).filter((file) => readFileSync(file, 'utf8').includes('process.env'))).toEqual([]);
});

const LIBRARIES = ['core', 'runtime', 'aws', 'github', 'wiring'];
const FUNCTIONS = Object.keys(MAY_IMPORT).filter((name) => !LIBRARIES.includes(name));
/** What the packages of proof may import; by the folder under lambdas/testing. */
const TESTING_MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kit: LIBRARIES,
  system: [...LIBRARIES, ...FUNCTIONS, 'testing'],
  simulator: [...LIBRARIES, ...FUNCTIONS, 'testing', 'sandbox/command-line'],
  bench: [...LIBRARIES, ...FUNCTIONS, 'testing', 'simulator', 'system-tests', 'sandbox/command-line'],
};

const filesOf = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (name === 'node_modules') return [];
    if (statSync(path).isDirectory()) return filesOf(path);
    return name.endsWith('.ts') ? [path] : [];
  });

test('every package of lambdas/testing has its place in the list', () => {
  expect(readdirSync(join(root, 'lambdas/testing')).sort()).toEqual(Object.keys(TESTING_MAY_IMPORT).sort());
});

test.each(Object.entries(TESTING_MAY_IMPORT))('lambdas/testing/%s imports only what it may', (name, allowed) => {
  const folder = join(root, 'lambdas/testing', name);
  const { name: own } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const file of filesOf(folder)) {
    const forbidden = importsOf(file).filter((imported) => {
      if (imported.startsWith('.')) return relative(folder, join(file, '..', imported)).startsWith('..');
      if (!imported.startsWith(PACKAGE) || imported === own || imported.startsWith(`${own}/`)) return false;
      const ours = imported.slice(PACKAGE.length);
      return !allowed.some((one) => ours === one || ours.startsWith(`${one}/`));
    });
    expect({ file: relative(root, file), forbidden }).toEqual({ file: relative(root, file), forbidden: [] });
  }
});
