import { randomUUID, type KeyObject } from 'node:crypto';
import { NOT_FOUND, refusal } from './access';
import { appRoutes } from './app-routes';
import type { CallCounts } from './calls';
import { checkRoutes } from './check-routes';
import { CODELOAD_PREFIX, contentRoutes, createCodeload } from './content-routes';
import { deploymentRoutes } from './deployment-routes';
import { createGitServer, isGitPath } from '../git/smart-http';
import { workflowRoutes } from './workflow-routes';
import type { GitHub } from '../github';
import { match, type Answer, type Call, type Handler } from '../../lib/http';
import { isExhausted, LIMITS, rateLimitHeaders, countCall, type Bucket, type RateLimitWindow } from './rate-limit';
import { manifestRoutes } from './manifest-routes';
import { pathByName, redirectOf } from '../renamed-repositories';
import { pullRoutes } from './pull-routes';
import { releaseRoutes } from './release-routes';
import { runnerRoutes } from './runner-routes';
import { searchRoutes } from './search-routes';

export interface ApiCall {
  /** `POST /orgs/{org}/actions/runners/generate-jitconfig` */
  readonly route: string;
  readonly installationId?: number;
}

/** Faults stand here: an answer instead of GitHub's own, or undefined to let the call pass. */
export type Interceptor = (call: ApiCall) => Promise<Answer | undefined>;

export interface ApiOptions {
  readonly github: GitHub;
  readonly publicKey: KeyObject;
  readonly url: () => string;
  readonly calls: CallCounts;
  readonly intercept?: Interceptor;
}

/** GitHub's REST API, as much of it as a runner App asks for, with the archives and the repositories beside it. */
export function createApi({ github, publicKey, url, calls, intercept }: ApiOptions): Handler {
  const links: Parameters<typeof contentRoutes>[2] = new Map();
  const routes = [
    ...appRoutes(github, publicKey, url),
    ...manifestRoutes(github, url),
    ...runnerRoutes(github, url),
    ...releaseRoutes(github, url),
    ...searchRoutes(github, url),
    // Before the contents: a commit's checks are below the commit.
    ...checkRoutes(github, url),
    ...contentRoutes(github, url, links),
    ...deploymentRoutes(github, url),
    ...pullRoutes(github, url),
    ...workflowRoutes(github, url),
  ];
  const codeload = createCodeload(github, links);
  const server = createGitServer(github);
  const windows = new Map<string, RateLimitWindow>();
  const recordCall = (installationId: number | undefined, bucket: Bucket): RateLimitWindow => {
    const key = `${installationId ?? 'app'} ${bucket}`;
    const now = countCall(windows.get(key), github.clock());
    windows.set(key, now);
    return now;
  };
  return async (call) => {
    if (call.path.startsWith(CODELOAD_PREFIX)) return codeload(call);
    if (isGitPath(call.path)) return server(call);
    const moved = redirectOf(github.store, call, url());
    if (moved !== undefined) return decorated(moved, {});
    const found = match(routes, call.method, pathByName(github.store, call.path));
    if (found === undefined) return decorated(NOT_FOUND, {});
    const name = `${found.route.method} ${found.route.template}`;
    const installationId = speaksFor(github, call, found.params);
    const bucket: Bucket = found.route.template.endsWith('/generate-jitconfig')
      ? 'actions_runner_registration'
      : 'core';
    const used = recordCall(installationId, bucket);
    const fault = await intercept?.({ route: name, ...(installationId !== undefined && { installationId }) });
    const answer =
      fault ??
      (isExhausted(used, bucket)
        ? overLimit(installationId, bucket)
        : await found.route.handle({ ...call, params: found.params }));
    calls.record(name, installationId, answer.status);
    return decorated(answer, rateLimitHeaders(used, bucket));
  };
}

function speaksFor(github: GitHub, call: Call, params: Readonly<Record<string, string>>): number | undefined {
  const named = params['installation_id'];
  if (named !== undefined) return Number(named);
  const secret = (call.headers.authorization ?? '').split(' ').at(-1) ?? '';
  return github.store.tokens.get(secret)?.installationId;
}

function overLimit(installationId: number | undefined, bucket: Bucket): Answer {
  const whose = installationId === undefined ? 'this App' : `installation ID ${installationId}`;
  return refusal(403, `API rate limit exceeded for ${whose} (${bucket}: ${LIMITS[bucket]} an hour).`);
}

function decorated(answer: Answer, headers: Record<string, string>): Answer {
  const common = {
    'x-github-request-id': randomUUID(),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
  };
  return { ...answer, headers: { ...common, ...headers, ...answer.headers } };
}
