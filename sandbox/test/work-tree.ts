import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface WorkTree {
  /** A new commit, on top of the last one; answers it. */
  readonly commit: () => Promise<string>;
  /** The last commit becomes another one. */
  readonly amend: () => Promise<void>;
  readonly push: (url: string, ...refspecs: readonly string[]) => Promise<void>;
  /** What `git ls-remote` prints. */
  readonly list: (url: string) => Promise<string>;
  readonly remove: () => void;
}

/** For tests: somebody's clone of a repository, with git's real commands and none of this machine's settings. */
export async function createWorkTree(): Promise<WorkTree> {
  const cwd = mkdtempSync(join(tmpdir(), 'work-tree-'));
  const env = { PATH: process.env['PATH'], HOME: cwd, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const git = async (...args: readonly string[]): Promise<string> => {
    const who = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'init.defaultBranch=main'];
    return (await run('git', [...who, ...args], { cwd, env })).stdout.trim();
  };
  await git('init', '--quiet');
  let commits = 0;
  return {
    commit: async () => {
      await git('commit', '--quiet', '--allow-empty', '--message', `commit ${(commits += 1)}`);
      return git('rev-parse', 'HEAD');
    },
    amend: async () => void (await git('commit', '--quiet', '--allow-empty', '--amend', '--message', 'another')),
    push: async (url, ...refspecs) => void (await git('push', '--quiet', url, ...refspecs)),
    list: (url) => git('ls-remote', url),
    remove: () => rmSync(cwd, { recursive: true, force: true }),
  };
}
