import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Files } from './samples';

const run = promisify(execFile);
/** What the App needs beside its permissions for runners. */
const PERMISSIONS = {
  actions: 'write',
  administration: 'write',
  checks: 'write',
  contents: 'read',
  deployments: 'write',
  metadata: 'read',
  organization_self_hosted_runners: 'write',
  pull_requests: 'read',
};

/** An organisation at GitHub with one repository, and somebody of it who pushes. */
export interface Tenant {
  readonly login: string;
  readonly id: number;
  readonly repository: { readonly id: number; readonly full_name: string };
  /** Where its people push. */
  readonly cloneUrl: string;
  /** Commits these files, and pushes; answers the commit. */
  push(files: Files, message: string, to?: Aside): Promise<string>;
}

/** Not to `main`, but to a branch that is `main` and one commit, whatever it was before. */
interface Aside {
  readonly branch: string;
  /** Of another repository than the tenant's. */
  readonly cloneUrl?: string;
}

interface Joining {
  readonly login: string;
  /** Where its people work. */
  readonly folder: string;
  readonly repository?: string;
  readonly public?: boolean;
}

export async function joinTenant(control: string, joining: Joining): Promise<Tenant> {
  const { login, folder, repository = 'app' } = joining;
  const installation = await send<{ readonly id: number }>(`${control}/installations`, 'POST', {
    account: { login },
    permissions: PERMISSIONS,
  });
  const url = `${control}/installations/${installation.id}/repositories/${repository}`;
  const made = await send<{ readonly id: number; readonly full_name: string; readonly clone_url: string }>(url, 'PUT', {
    public: joining.public === true,
  });
  const work = join(folder, login);
  mkdirSync(work, { recursive: true });
  const env = { PATH: process.env['PATH'], HOME: work, GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const git = async (...args: readonly string[]): Promise<string> => {
    const who = ['-c', `user.name=${login}`, '-c', `user.email=dev@${login}.example`, '-c', 'init.defaultBranch=main'];
    return (await run('git', [...who, ...args], { cwd: work, env })).stdout.trim();
  };
  await git('init', '--quiet');
  return {
    login,
    id: installation.id,
    repository: { id: made.id, full_name: made.full_name },
    cloneUrl: made.clone_url,
    push: async (files, message, to) => {
      if (to) await git('checkout', '--quiet', '-B', 'aside');
      for (const [path, content] of Object.entries(files)) {
        mkdirSync(dirname(join(work, path)), { recursive: true });
        writeFileSync(join(work, path), content);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '--allow-empty', '--message', message);
      const commit = await git('rev-parse', 'HEAD');
      if (!to) await git('push', '--quiet', made.clone_url, 'HEAD:main');
      else {
        await git('push', '--quiet', to.cloneUrl ?? made.clone_url, `+HEAD:refs/heads/${to.branch}`);
        await git('checkout', '--quiet', 'main');
      }
      return commit;
    },
  };
}

export async function send<T = unknown>(url: string, method: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, { method, ...(body !== undefined && { body: JSON.stringify(body) }) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
