import { generateKeyPairSync } from 'node:crypto';
import { createTestClock, type TestClock } from '@multi-tenant-runner/testing';
import type { GitHubDeps } from '../src/calls';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const PEM = privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();

export interface ScriptedCall {
  /** `GET /app/hook/deliveries?per_page=100` */
  readonly call: string;
  readonly authorization: string;
}

export interface ScriptedAnswer {
  readonly status?: number;
  /** As text where its very digits matter. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ScriptedGitHub {
  readonly deps: GitHubDeps;
  readonly calls: ScriptedCall[];
  readonly clock: TestClock;
}

/** A GitHub that hands out numbered tokens and answers everything else by the start of the call. */
export function scriptGitHub(
  answers: Readonly<Record<string, ScriptedAnswer | Error | (() => ScriptedAnswer)>>,
): ScriptedGitHub {
  const calls: ScriptedCall[] = [];
  const clock = createTestClock(new Date().toISOString());
  let tokens = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const url = new URL(String(input));
    const call = `${init?.method ?? 'GET'} ${url.pathname}${url.search}`;
    if (url.pathname.endsWith('/access_tokens'))
      return respond({
        status: 201,
        body: {
          token: `ghs_${(tokens += 1)}`,
          expires_at: '2099-01-01T00:00:00Z',
          permissions: {},
          repository_selection: 'all',
        },
      });
    calls.push({ call, authorization: new Headers(init?.headers).get('authorization') ?? '' });
    const found = Object.entries(answers).find(([start]) => call.startsWith(start))?.[1];
    if (found === undefined) throw new Error(`nothing is scripted for ${call}`);
    if (found instanceof Error) throw found;
    return respond(typeof found === 'function' ? found() : found);
  };
  return {
    deps: {
      baseUrl: 'https://github.example',
      identity: async () => ({ appId: '4711', privateKey: PEM }),
      fetch,
      clock,
      timeout: 30_000,
    },
    calls,
    clock,
  };
}

function respond({ status = 200, body, headers }: ScriptedAnswer): Response {
  const text = body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);
  return new Response(text, { status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers } });
}
