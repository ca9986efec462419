import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Step } from '../github/state/model';
import { filesOf, JOB, masked } from './job-files';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'job-files-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const say = (run: string, env: Readonly<Record<string, string>> = {}): Step => ({ kind: 'run', name: run, run, env });

function runJob(...steps: readonly Step[]) {
  const files = filesOf({ steps, env: { GITHUB_SHA: "it's" }, cloneUrl: join(folder, 'origin') });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  const { status, stdout } = spawnSync('bash', [join(folder, JOB.script)], { encoding: 'utf8' });
  return { status, printed: stdout.split('\n').filter((line) => line !== '' && !line.startsWith('##[group]')) };
}

it('takes one step after the other in one workspace, each with its own environment', () => {
  const steps = [
    say('echo "$GITHUB_SHA" >file'),
    say('cat file; echo "$A"', { A: "a 'b' $c" }),
    say('echo "${A:-none}"'),
  ];
  expect(runJob(...steps)).toEqual({ status: 0, printed: ["it's", "a 'b' $c", 'none'] });
});

it('ends at the first step that fails, and at the first command of it', () => {
  expect(runJob(say('false; echo on'), say('echo after'))).toEqual({ status: 1, printed: ['##[error]exit code 1'] });
});

it('fails at an action that it does not have', () => {
  const { status, printed } = runJob({ kind: 'action', uses: 'somebody/else@v1' }, say('echo after'));
  expect({ status, printed }).toEqual({
    status: 1,
    printed: ['##[error]The sandbox does not have the action somebody/else@v1'],
  });
});

it('checks a commit out', () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: join(folder, 'origin') });
  execFileSync('git', ['init', '--quiet', join(folder, 'origin')]);
  writeFileSync(join(folder, 'origin', 'word'), 'one');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'one');
  const ref = git('rev-parse', 'HEAD').toString().trim();
  expect(runJob({ kind: 'checkout', ref }, say('cat word'))).toEqual({ status: 0, printed: ['one'] });
  expect(readFileSync(join(folder, 'workspace', 'word'), 'utf8')).toBe('one');
});

it('shows stars for what a job asked to mask', () => {
  expect(masked('::add-mask::secret\nthe secret is secret\n::add-mask::')).toBe('the *** is ***');
});
