import { rawBody, respondWith, type HttpResponse } from '@multi-tenant-runner/runtime';
import { Hono } from 'hono/tiny';
import type { ApiDeps } from './deps';
import { handleOperation } from './handle-operation';
import { respondWithPage } from './http/page';
import { PROBLEMS, Problem, noOperation, problemBody } from './http/problem';
import { toWebRequest, type ApiRequest } from './http/request';
import { OPERATIONS } from './operations/index';
import type { Answer } from './operations/operation';

/** Bytes; a change is a few fields. */
export const MAX_BODY = 16_384;
/** GitHub sends up to 25 MB, Lambda takes 6, and a push of 2048 commits is less. */
const MAX_DELIVERY = 2 ** 20;

/** What hono's context carries beside the path. */
interface Bound {
  readonly Bindings: {
    readonly request: ApiRequest;
    readonly requestId: string;
    readonly answer: (answer: HttpResponse) => void;
  };
}

/** Answers the API: finds the operation, has it handled, and puts what comes of it into HTTP. */
export function createHandler(deps: ApiDeps): (request: ApiRequest) => Promise<HttpResponse> {
  const app = createRouter(deps);
  return async (request) => {
    const requestId = request.requestContext?.requestId ?? 'none';
    try {
      const most = request.rawPath === '/v1/deliveries' ? MAX_DELIVERY : MAX_BODY;
      if (rawBody(request).length > most) throw new Problem('too-large', `The body has more than ${most} bytes.`);
      let answered: HttpResponse | undefined;
      await app.fetch(toWebRequest(request), { request, requestId, answer: (answer) => (answered = answer) });
      if (answered === undefined) throw new Error('The operation gave no answer.');
      return answered;
    } catch (error) {
      return toProblem(error, requestId, deps);
    }
  };
}

function createRouter(deps: ApiDeps): Hono<Bound> {
  const app = new Hono<Bound>();
  const done = new Response();
  for (const operation of OPERATIONS)
    app.on(operation.method, operation.path.replace(/\{(\w+)\}/g, ':$1'), async ({ env, req }) => {
      const routed = { request: env.request, requestId: env.requestId, params: req.param(), query: req.query() };
      env.answer(toResponse(await handleOperation(operation, routed, deps)));
      return done;
    });
  app.get('/v1/openapi.json', async ({ env }) => {
    env.answer(toResponse({ body: await deps.readDocument() }));
    return done;
  });
  app.get('/v1/page', async ({ env }) => {
    env.answer(respondWithPage(await deps.readPage(), env.request));
    return done;
  });
  app.notFound(() => {
    throw noOperation();
  });
  app.onError((error) => {
    throw error;
  });
  return app;
}

const HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' };

function toResponse({ body, etag }: Answer<unknown>): HttpResponse {
  const response = respondWith(200, Object(body));
  return { ...response, headers: { ...response.headers, ...HEADERS, ...(etag !== undefined && { etag }) } };
}

function toProblem(error: unknown, requestId: string, deps: ApiDeps): HttpResponse {
  if (!(error instanceof Problem)) deps.log.error('A request could not be handled', { cause: error, requestId });
  const problem =
    error instanceof Problem ? error : new Problem('unavailable', 'The request was not handled. Send it again.');
  const response = respondWith(PROBLEMS[problem.kind].status, problemBody(problem, requestId), problem.more.retryAfter);
  const headers = { ...response.headers, ...HEADERS, 'content-type': 'application/problem+json' };
  return { ...response, headers };
}
