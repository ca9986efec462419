import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';

/** Zipped bytes of each function: a quarter of the best peer's, so that a cold start stays short. */
const LIMITS: Readonly<Record<string, number>> = {
  webhook: 100_000,
  machine: 100_000,
  api: 147_000,
  events: 100_000,
  callbacks: 80_000,
  'scale-up': 210_000,
  'scale-down': 210_000,
  'tenant-manager': 210_000,
  recovery: 210_000,
  deployer: 150_000,
};
const FUNCTIONS = Object.keys(LIMITS).sort();

let directory: string;
const build = (name: string, ...options: string[]): string => {
  const out = join(directory, name);
  execFileSync(process.execPath, [join(__dirname, 'build.mjs'), '--zip', '--out', out, ...options], { stdio: 'pipe' });
  return out;
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'bundles-'));
  build('first');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the packages of the functions', () => {
  it('are one zip each, with the module at its root', () => {
    expect(readdirSync(join(directory, 'first/dist')).sort()).toEqual(FUNCTIONS.map((name) => `${name}.zip`));
    for (const name of FUNCTIONS) {
      const files = unzipSync(readFileSync(join(directory, `first/dist/${name}.zip`)));
      expect(Object.keys(files)).toEqual(name === 'api' ? ['index.mjs', 'page.json', 'openapi.json'] : ['index.mjs']);
      expect(
        Buffer.from(files['index.mjs'] ?? []).equals(readFileSync(join(directory, `first/build/${name}/index.mjs`))),
      ).toBe(true);
    }
  });

  it('are small', () => {
    for (const name of FUNCTIONS) {
      // What is read only when it is asked for has a budget of its own: the page and the document.
      const beside = name === 'api' ? 45_000 + 10_300 : 0;
      const { length } = readFileSync(join(directory, `first/dist/${name}.zip`));
      expect([name, length < (LIMITS[name] ?? 0) + beside]).toEqual([name, true]);
    }
  });

  it('have the same bytes whenever and wherever the same sources are built', () => {
    const second = build('elsewhere/second', '--only', 'webhook');
    expect(
      readFileSync(join(second, 'dist/webhook.zip')).equals(readFileSync(join(directory, 'first/dist/webhook.zip'))),
    ).toBe(true);
  });

  it.each(FUNCTIONS)('let a fresh process load %s and find its handler', (name) => {
    const program =
      `import { load } from ${JSON.stringify(join(__dirname, 'bench.mjs'))}; ` +
      `console.log(load(${JSON.stringify(name)}, ` +
      `${JSON.stringify({ directory: join(directory, 'first/build') })}));`;
    const file = join(directory, 'load.mjs');
    writeFileSync(file, program);
    expect(Number(execFileSync(process.execPath, [file], { encoding: 'utf8' }))).toBeGreaterThan(0);
  });
});
