// Not @octokit/rest: six of its methods are used, and all of them would more than double GitHub's part of the bundles
// (zipped with the App's authentication: 12.8 KB, with all methods 28.7 KB).
import { request } from '@octokit/request';
import { sendInTime } from '@multi-tenant-runner/runtime';

export type Fetch = typeof globalThis.fetch;
export type Request = typeof request;

export interface Requests {
  /** A request function; each has the full timeout. */
  plain(): Request;
  withToken(token: string): Request;
}

export interface RequestsDeps {
  /** https://api.github.com, or https://HOST/api/v3 of a GitHub Enterprise Server. */
  readonly baseUrl: string;
  readonly fetch: Fetch;
  /** Milliseconds. */
  readonly timeout: number;
}

export function createRequests({ baseUrl, fetch, timeout }: RequestsDeps): Requests {
  const fetchInTime: Fetch = (input, init) =>
    sendInTime(timeout, (over) => {
      if (over === undefined) return fetch(input, init);
      const signals = init?.signal instanceof AbortSignal ? [init.signal, over] : [over];
      return fetch(input, { ...init, signal: AbortSignal.any(signals) });
    });
  const prepared = (authorization: Record<string, string>): Request =>
    request.defaults({
      baseUrl: baseUrl.replace(/\/+$/, ''),
      headers: { 'user-agent': 'multi-tenant-runner', 'x-github-api-version': '2022-11-28', ...authorization },
      request: { fetch: fetchInTime, signal: AbortSignal.timeout(timeout) },
    });
  return { plain: () => prepared({}), withToken: (token) => prepared({ authorization: `Bearer ${token}` }) };
}

/**
 * GitHub's delivery ids have 64 bits, JavaScript's safe integers 53: longer ids become strings before the JSON is
 * parsed.
 */
export function withExactIds(fetch: Fetch): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (!response.headers.get('content-type')?.includes('json')) return response;
    const text = (await response.text()).replace(/("id":\s*)(\d{16,})/g, '$1"$2"');
    const { status, statusText, headers } = response;
    return new Response(text === '' ? null : text, { status, statusText, headers });
  };
}
