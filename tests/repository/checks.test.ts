import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './readme/documents';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checks-'));
  git('init', '--quiet', '--initial-branch', 'main');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function git(...args: readonly string[]): void {
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', [...author, ...args], { cwd: folder, stdio: 'pipe' });
}

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function commit(file: string): void {
  write(file, file);
  git('add', '--all');
  git('commit', '--quiet', '--message', file);
}

/** The scripts are modules for plain Node, and run here as they do there. */
function ask(script: string, body: string): unknown {
  const module = JSON.stringify(join(root, 'scripts', script));
  const program =
    `const m = await import(${module}); const root = ${JSON.stringify(folder)}; ` +
    `console.log(JSON.stringify(await (async () => { ${body} })() ?? null));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

describe('what changed', () => {
  const changed = (): unknown => ask('changed-files.mjs', 'return m.changedFiles(root)');

  test('in a folder without commits: what is there', () => {
    write('new.md', '');
    expect(changed()).toEqual(['new.md']);
  });

  test('in a clone of a single commit: the working tree', () => {
    commit('first.md');
    write('new.md', '');
    expect(changed()).toEqual(['new.md']);
  });

  test('on main: the last commit as well', () => {
    commit('first.md');
    commit('second.md');
    expect(changed()).toEqual(['second.md']);
  });

  test('on a branch that merged main: what main lacks', () => {
    commit('first.md');
    git('checkout', '--quiet', '-b', 'work');
    commit('mine.md');
    git('checkout', '--quiet', 'main');
    commit('theirs.md');
    git('checkout', '--quiet', 'work');
    git('merge', '--quiet', '--no-edit', 'main');
    expect(changed()).toEqual(['mine.md']);
  });

  test('a deleted file is none to check', () => {
    commit('first.md');
    rmSync(join(folder, 'first.md'));
    expect(changed()).toEqual([]);
  });
});

describe('a result that is kept', () => {
  const KEY = "const key = (m) => m.keyOf({ paths: ['src', '*.tf'], except: ['src/other'] });";
  const RESULTS = "const kept = m.createResults({ root, folder: root + '/kept' });";
  const key = (): unknown => ask('unchanged.mjs', `${KEY} ${RESULTS} return key(kept)`);

  beforeEach(() => {
    write('.gitignore', 'kept/\n');
    write('src/other/a.ts', 'a');
    commit('src/a.ts');
  });

  test('holds while the inputs are as they were', () => {
    const body = `${KEY} ${RESULTS} kept.keep('model', key(kept), { passed: 3 }); return kept.find('model', key(kept))`;
    expect(ask('unchanged.mjs', body)).toMatchObject({ passed: 3 });
  });

  test('does not hold for another check', () => {
    const body = `${KEY} ${RESULTS} kept.keep('model', key(kept), { passed: 3 }); return kept.find('iam', key(kept))`;
    expect(ask('unchanged.mjs', body)).toBeNull();
  });

  test('is not kept without a folder', () => {
    const body = `
      const none = m.createResults({ root });
      none.keep('model', 'k', { passed: 3 });
      return none.find('model', 'k');`;
    expect(ask('unchanged.mjs', body)).toBeNull();
  });

  test.each([
    ['an edit', 'src/a.ts', 'edited'],
    ['a new file that git does not track yet', 'src/b.ts', ''],
    ['a new file of a pattern', 'main.tf', ''],
  ])('no longer holds after %s', (_, file, text) => {
    const before = key();
    write(file, text);
    expect(key()).not.toBe(before);
  });

  test('no longer holds after a deletion', () => {
    commit('src/b.ts');
    const before = key();
    rmSync(join(folder, 'src/b.ts'));
    expect(key()).not.toBe(before);
  });

  test.each(['src/other/a.ts', 'docs/a.md'])('holds after an edit of %s, which no check reads', (file) => {
    const before = key();
    write(file, 'edited');
    expect(key()).toBe(before);
  });
});

describe('lanes', () => {
  test('run two checks that use a core, and one that waits, at once', () => {
    const body = `
      const checks = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
      const all = [...checks, { name: 'x', lane: 'waiting' }, { name: 'y', lane: 'waiting' }];
      const now = { cpu: 0, waiting: 0 }; const most = { ...now }; const ended = [];
      const run = async ({ lane = 'cpu' }) => {
        now[lane] += 1;
        most[lane] = Math.max(most[lane], now[lane]);
        for (let turn = 0; turn < 5; turn += 1) await null;
        now[lane] -= 1;
      };
      await m.runInLanes(all, { slots: 2, run, onEnd: ({ name }) => ended.push(name) });
      return { most, ended: ended.sort() };`;
    expect(ask('lanes.mjs', body)).toEqual({
      most: { cpu: 2, waiting: 1 },
      ended: ['a', 'b', 'c', 'd', 'x', 'y'],
    });
  });

  test('print in the order of the list, each check as soon as those before it have ended', () => {
    const body = `
      const printed = []; const print = m.inOrder(['a', 'b', 'c'], (name, value) => printed.push(name + value));
      print('b', 2); printed.push('-'); print('a', 1); printed.push('-'); print('c', 3);
      return printed.join(' ');`;
    expect(ask('lanes.mjs', body)).toBe('- a1 b2 - c3');
  });
});

test('npm test ends with the command that runs a failed check again, and the counts', () => {
  const env = { ...process.env, CI: 'true', SANDBOX_TERRAFORM: 'false' };
  const { status, stdout } = spawnSync(process.execPath, ['scripts/test.mjs', '--only', 'format'], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  expect(stdout).toContain('\nFAILED; run it again: node scripts/test.mjs --only format\n');
  expect({ status, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({ status: 1, last: '0 passed, 1 failed' });
});
