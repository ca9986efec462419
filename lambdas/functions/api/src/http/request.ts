import type { HttpRequest } from '@multi-tenant-runner/runtime';

/** The fields of an API Gateway HTTP API event (payload format 2.0) that this function uses. */
export interface ApiRequest extends HttpRequest {
  readonly rawQueryString?: string;
  readonly requestContext?: {
    readonly requestId?: string;
    readonly http?: { readonly method?: string; readonly sourceIp?: string };
    /** Of a route with the authorizer AWS_IAM: who signed. */
    readonly authorizer?: { readonly iam?: { readonly userArn?: string } };
  };
}

/** What hono's router reads: the method and the path. */
export function toWebRequest(request: ApiRequest): Request {
  const query = request.rawQueryString ?? '';
  const url = `https://api.invalid${request.rawPath ?? '/'}${query === '' ? '' : `?${query}`}`;
  return new Request(url, { method: request.requestContext?.http?.method ?? 'GET' });
}
