import { REQUEST_TIMEOUT, type Clock, type GitHubFailure, type Purpose } from '@multi-tenant-runner/core';
import { sendWithinBudget } from './budgeted-request';
import { createBudgets } from './budgets';
import { parseFailure } from './read-failure';
import { createRequests, type Fetch } from './requests';
import { createTokens, type AppIdentity, type TokenScope, type Tokens } from './tokens';

export interface GitHubDeps {
  readonly baseUrl: string;
  /** The App's id and key, read again for each new token, so that a rotated key takes effect. */
  readonly identity: () => Promise<AppIdentity>;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** The purpose of calls that do not name one: a function mostly serves launches, or mostly housekeeping. */
  readonly purpose?: Purpose;
  /** Milliseconds that one request may take. */
  readonly timeout?: number;
  /** Milliseconds that the registration of a runner may take. */
  readonly registrationTimeout?: number;
}

export type Answer = {
  readonly kind: 'answer';
  readonly status: number;
  readonly data: unknown;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
};
type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';
export interface Call {
  readonly installationId: number;
  readonly scope: TokenScope;
  readonly route: `${Method} /${string}`;
  readonly purpose?: Purpose;
  readonly parameters?: Readonly<Record<string, unknown>>;
}
export type AskAsInstallation = (what: Call) => Promise<Answer | GitHubFailure>;
export type AskAsApp = (
  route: string,
  parameters: Readonly<Record<string, unknown>>,
) => Promise<Answer | GitHubFailure>;

/** GitHub's answers to a stale token: revoked, suspended, or made before the repository was granted. */
const STALE: ReadonlySet<number> = new Set([401, 403, 404]);

export interface GitHubCalls {
  readonly call: AskAsInstallation;
  readonly asApp: AskAsApp;
  readonly tokens: Tokens;
  /** Why a call must wait now; undefined: it may be made. */
  limited(installationId: number, route: string, use: Purpose): GitHubFailure | undefined;
}

/** Authenticated calls to GitHub: within the installation's rate limit, and with a token that is still good. */
export function createCalls({
  baseUrl,
  identity,
  fetch,
  clock,
  purpose = 'launch',
  timeout = REQUEST_TIMEOUT.github,
  registrationTimeout = REQUEST_TIMEOUT.registration,
}: GitHubDeps): GitHubCalls {
  const requests = createRequests({ baseUrl, fetch, timeout });
  const patient = createRequests({ baseUrl, fetch, timeout: registrationTimeout });
  const tokens = createTokens({ identity, requests, clock });
  const budgets = createBudgets({ clock });

  const limited = (installationId: number, route: string, use: Purpose): GitHubFailure | undefined => {
    const retryAt = budgets.notBefore(installationId, route, use);
    return retryAt && { kind: 'limited', retryAt };
  };
  const send = (token: string, what: Call): Promise<Answer | GitHubFailure> => {
    const { withToken } = what.route.endsWith('/generate-jitconfig') ? patient : requests;
    return sendWithinBudget(what, withToken(token), budgets, clock);
  };
  /** Drops a refused token and repeats the call once with a new one; a second refusal is final. */
  const call: AskAsInstallation = async (what) => {
    const refusal = limited(what.installationId, what.route, what.purpose ?? purpose);
    if (refusal !== undefined) return refusal;
    const first = await tokens.get(what.installationId, what.scope);
    if (first.kind !== 'token') return first;
    const answer = await send(first.token, what);
    if (answer.kind !== 'refused' || !STALE.has(answer.status)) return answer;
    tokens.drop(what.installationId, what.scope, first.token);
    const second = await tokens.get(what.installationId, what.scope);
    return second.kind === 'token' ? send(second.token, what) : second;
  };
  const asApp: AskAsApp = async (route, parameters) => {
    try {
      const { status, data }: { status: number; data: unknown } = await requests.withToken(await tokens.asApp())(
        route,
        { ...parameters },
      );
      return { kind: 'answer', status, data };
    } catch (error) {
      return parseFailure(error, clock.now());
    }
  };
  return { call, asApp, tokens, limited };
}
