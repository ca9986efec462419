import { Throttled, parseJson } from '@multi-tenant-runner/core';
import {
  rawBody,
  respond,
  respondWith,
  sourceAddress,
  type HttpRequest,
  type HttpResponse,
} from '@multi-tenant-runner/runtime';
import type { MachineDeps } from './deps';
import { handleClaim, type ClaimAnswer } from './handle-claim';
import { handleReport } from './handle-report';
import { MAX_BODY, parseClaim, parseReport } from './parse-request';
import { encodeSaid } from './said';
import { createSourceBudget, type SourceBudget } from './source-budget';

type Routed = (body: string, address: string | undefined) => Promise<HttpResponse>;

/** Seconds after which a machine that met a throttle asks again. */
const LATER = 5;

const TOO_LARGE = 413;
const TOO_MANY = 429;

/**
 * Answers machines. It trusts nothing that they send but a secret, and logs nothing of a request whose secret is wrong:
 * a job can call it too.
 */
export function createHandler(deps: MachineDeps): (request: HttpRequest) => Promise<HttpResponse> {
  const budget = createSourceBudget(deps.clock);
  const routes: Readonly<Record<string, Routed>> = {
    claim: (body, address) => answerClaim(body, address, { ...deps, budget }),
    report: (body, address) => answerReport(body, address, { ...deps, budget }),
  };
  return async (request) => {
    const route = routes[/\/machine\/(claim|report)$/.exec(request.rawPath ?? '')?.[1] ?? ''];
    if (route === undefined) return respond(404, 'There is only /machine/claim and /machine/report.');
    const body = rawBody(request);
    if (body.length > MAX_BODY) return respond(TOO_LARGE, `The body has more than ${MAX_BODY} bytes.`);
    try {
      return await route(body.toString('utf8'), sourceAddress(request));
    } catch (cause) {
      if (cause instanceof Throttled) return tooMany(LATER);
      deps.log.error('A machine could not be answered; it asks again', { cause });
      return respond(503, 'The request was not handled. Send it again.');
    }
  };
}

type RouteDeps = MachineDeps & { readonly budget: SourceBudget };

async function answerClaim(body: string, address: string | undefined, deps: RouteDeps): Promise<HttpResponse> {
  const claim = parseJson(body, parseClaim);
  if (!claim.ok) return malformed(claim.problems);
  const source = { address, instanceId: claim.value.instanceId };
  const wait = deps.budget.waitFor(source);
  if (wait !== undefined) return tooMany(wait);
  const answer = await handleClaim(claim.value, deps);
  switch (answer.kind) {
    case 'granted':
      return grant(answer, deps);
    case 'wait':
      if (!answer.isKnown) deps.budget.recordFailure(source);
      return respondWith(202, { retry_after: answer.retryAfter }, answer.retryAfter);
    case 'blank':
      return respondWith(202, { retry_after: 1, blank: true }, 1);
    case 'refused':
      deps.budget.recordFailure(source);
      return respond(403, `No configuration for this machine: ${answer.reason}.`);
  }
}

type Granted = Extract<ClaimAnswer, { readonly kind: 'granted' }>;

function grant({ launch, jitConfig, reportSecret }: Granted, deps: MachineDeps): HttpResponse {
  const { installationId, launchId } = launch;
  deps.log.info('A machine has its configuration', {
    tenant_id: installationId,
    launch_id: launchId,
    instance_id: launch.instanceId,
    tier: launch.tier,
  });
  return respondWith(200, {
    jit_config: jitConfig,
    report_secret: reportSecret,
    tenant_id: installationId,
    launch_id: launchId,
  });
}

async function answerReport(body: string, address: string | undefined, deps: RouteDeps): Promise<HttpResponse> {
  const report = parseJson(body, parseReport);
  if (!report.ok) return malformed(report.problems);
  const source = { address, instanceId: report.value.instanceId };
  const wait = deps.budget.waitFor(source);
  if (wait !== undefined) return tooMany(wait);
  const answer = await handleReport(report.value, deps);
  switch (answer.kind) {
    case 'recorded':
      return { statusCode: 204, headers: { 'ghr-state': encodeSaid(answer.said) }, body: '' };
    case 'too-many':
      deps.budget.recordFailure(source);
      return tooMany(answer.retryAfter);
    case 'refuse':
      deps.budget.recordFailure(source);
      return respond(403, `Nothing more is recorded of this machine: ${answer.reason}.`);
  }
}

function malformed(problems: readonly string[]): HttpResponse {
  return respond(400, `${problems.slice(0, 5).join('; ')}.`);
}

function tooMany(retryAfter: number): HttpResponse {
  return respondWith(TOO_MANY, { message: 'Too many requests.' }, retryAfter);
}
