import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Answer, Call } from '../../lib/http';
import { answerOf } from './cgi';

const run = promisify(execFile);
const LARGEST = 256 * 1024 * 1024;

/** The repositories themselves, bare, in a folder. One is named by GitHub's id, which a rename leaves. */
export interface Git {
  /** Makes it, empty, if it is not there. */
  readonly create: (id: number) => Promise<void>;
  /** What a command of git prints in a repository; undefined if it fails or there is no such repository. */
  readonly run: (id: number, ...args: readonly string[]) => Promise<Buffer | undefined>;
  /** What `git http-backend` answers. `rest` is the path after the repository's own, such as `/info/refs`. */
  readonly serve: (id: number, rest: string, call: Call, user: string) => Promise<Answer>;
  /** Takes references of another repository over, by git's own words; undefined if there are none. */
  readonly take: (id: number, from: number, ...refspecs: readonly string[]) => Promise<Buffer | undefined>;
  readonly remove: () => Promise<void>;
}

/**
 * Nobody pushes to a pull request but by its branch.
 * https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/reviewing-changes-in-pull-requests/checking-out-pull-requests-locally
 */
const HIDDEN = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'receive.hideRefs', GIT_CONFIG_VALUE_0: 'refs/pull' };

export function createGit(folder: string): Git {
  const pathOf = (id: number): string => join(folder, `${id}.git`);
  // Nothing of the person whose machine it is: no hooks, templates or names.
  const env = { PATH: process.env['PATH'] ?? '', HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8' };
  const git: Git = {
    create: async (id) => {
      if (existsSync(pathOf(id))) return;
      await mkdir(folder, { recursive: true });
      await run('git', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', pathOf(id)], { env });
    },
    run: async (id, ...args) => {
      if (!existsSync(pathOf(id))) return undefined;
      const options = { cwd: pathOf(id), env, encoding: 'buffer', maxBuffer: LARGEST } as const;
      try {
        return (await run('git', args, options)).stdout;
      } catch {
        return undefined;
      }
    },
    serve: (id, rest, call, user) => {
      const body = call.headers['content-encoding'] === 'gzip' ? gunzipSync(call.body) : call.body;
      return backend(body, {
        ...env,
        ...HIDDEN,
        GIT_PROJECT_ROOT: folder,
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_INFO: `/${id}.git${rest}`,
        // git lets nobody push who has no name.
        REMOTE_USER: user,
        REQUEST_METHOD: call.method,
        QUERY_STRING: call.query.toString(),
        CONTENT_TYPE: call.headers['content-type'] ?? '',
        CONTENT_LENGTH: String(body.length),
        GIT_PROTOCOL: String(call.headers['git-protocol'] ?? ''),
      });
    },
    take: (id, from, ...refspecs) => git.run(id, 'fetch', '--quiet', '--no-tags', pathOf(from), ...refspecs),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
  return git;
}

/** https://git-scm.com/docs/git-http-backend */
function backend(body: Buffer, env: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', ['http-backend'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => resolve(answerOf(Buffer.concat(chunks))));
    child.stdin.on('error', () => undefined);
    child.stdin.end(body);
  });
}
