import { respondWith, rawBody, type HttpResponse } from '@multi-tenant-runner/runtime';
import { Hono } from 'hono/tiny';
import document from '../../../../docs/openapi.json';
import { authenticate } from './access/authenticate';
import { isPublic, mayCall } from './access/permissions';
import type { ApiDeps } from './deps';
import { PROBLEMS, Problem, problemBody } from './http/problem';
import { toWebRequest, type ApiRequest } from './http/request';
import { OPERATIONS } from './operations/index';
import type { Answer, Operation } from './operations/operation';

/** Bytes; a change is a few fields. */
export const MAX_BODY = 16_384;

/** What hono's context carries beside the path. */
interface Bound {
  readonly Bindings: { readonly request: ApiRequest; readonly answer: (answer: HttpResponse) => void };
}

/** Answers the API: who calls, whether they may, what was asked, in this order. */
export function createHandler(deps: ApiDeps): (request: ApiRequest) => Promise<HttpResponse> {
  const app = new Hono<Bound>();
  const done = new Response();
  for (const operation of OPERATIONS)
    app.on(operation.method, operation.path.replace(/\{(\w+)\}/g, ':$1'), async (context) => {
      const { request, answer } = context.env;
      answer(toResponse(await handleOperation(operation, request, context.req.param(), deps)));
      return done;
    });
  app.get('/v1/openapi.json', (context) => {
    context.env.answer(toResponse({ body: document }));
    return done;
  });
  app.notFound(() => {
    throw new Problem('not-found', 'There is no such operation; /v1/openapi.json lists those that there are.');
  });
  app.onError((error) => {
    throw error;
  });
  return async (request) => {
    const requestId = request.requestContext?.requestId ?? 'none';
    try {
      if (rawBody(request).length > MAX_BODY)
        throw new Problem('too-large', `The body has more than ${MAX_BODY} bytes.`);
      let answered: HttpResponse | undefined;
      await app.fetch(toWebRequest(request), { request, answer: (answer) => (answered = answer) });
      if (answered === undefined) throw new Error('The operation gave no answer.');
      return answered;
    } catch (error) {
      return toProblem(error, requestId, deps);
    }
  };
}

async function handleOperation(
  operation: Operation,
  request: ApiRequest,
  params: Readonly<Record<string, string>>,
  deps: ApiDeps,
): Promise<Answer<unknown>> {
  const { id } = operation;
  if (isPublic(id)) return operation.handle({ params, caller: undefined }, deps);
  const caller = await authenticate(request, deps);
  const tenant = params['installation_id'];
  if (!mayCall(caller, id, tenant === undefined ? undefined : Number(tenant)))
    throw new Problem('forbidden', `The role ${caller.role} may not do this, or not with this tenant.`);
  return operation.handle({ params, caller }, deps);
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
