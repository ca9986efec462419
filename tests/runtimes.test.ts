import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

/** Setup is a module for plain Node, and is asked here as the checks ask it. */
function ask(expression: string): unknown {
  const module = JSON.stringify(join(root, 'sandbox', 'setup', 'runtimes.mjs'));
  const program =
    `const m = await import(${module}); const root = ${JSON.stringify(root)}; ` +
    `console.log(JSON.stringify(await (${expression}) ?? null));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const names = texts(ask('m.runtimeNames(root)'));
const byDefault = ask('m.defaultRuntime(root)');
const major = (runtime: string): string => String(/^nodejs(\d+)\.x$/.exec(runtime)?.[1]);

test('functions are tried on each runtime that lambda.runtime may name, and on no other', () => {
  const [, allowed = ''] = /contains\(\[([^\]]+)\], var\.lambda\.runtime\)/.exec(read('variables.options.tf')) ?? [];
  expect([...allowed.matchAll(/"([^"]+)"/g)].map(([, name]) => name)).toEqual(names);
});

test('the default runtime is one of them, and is the same where the module for the webhook names it', () => {
  expect(names).toContain(byDefault);
  expect(/variable "runtime" \{[^}]*default\s*= "([^"]+)"/.exec(read('modules', 'webhook', 'variables.tf'))?.[1]).toBe(
    byDefault,
  );
});

test('each runtime is pinned to a release of its own Node, for Linux and macOS on both processors', () => {
  const { optionalDependencies }: { optionalDependencies: Record<string, string> } = JSON.parse(
    read('sandbox', 'runtimes', 'package.json'),
  );
  const { packages }: { packages: Record<string, { version?: string; integrity?: string }> } = JSON.parse(
    read('sandbox', 'runtimes', 'package-lock.json'),
  );
  const aliases = names.flatMap((name) =>
    ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64'].map((platform) => `${name}-${platform}`),
  );
  expect(Object.keys(optionalDependencies)).toEqual(aliases);
  for (const [alias, pin] of Object.entries(optionalDependencies)) {
    const version = /@(\d+\.\d+\.\d+)$/.exec(pin)?.[1];
    expect(version?.split('.')[0]).toBe(major(alias.split('-')[0] ?? ''));
    expect(packages[`node_modules/${alias}`]).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) });
  }
});

test('what starts as a runtime is that release of Node', () => {
  ask('m.ensureRuntimes({ root })');
  const programs = Object.entries(Object(ask('m.runtimePrograms(root)')));
  expect(programs.map(([name]) => name)).toEqual(names);
  for (const [name, program] of programs) {
    expect(
      execFileSync(String(program), ['--print', 'process.versions.node'], { encoding: 'utf8' }).split('.')[0],
    ).toBe(major(name));
  }
});

test('a bundle asks for no newer Node than the machine that tests it and the oldest runtime have', () => {
  const [, target = ''] = /target: 'node(\d+)'/.exec(read('lambdas', 'build.mjs')) ?? [];
  expect(Number(target)).toBeLessThanOrEqual(Math.min(...names.map((name) => Number(major(name)))));
});
