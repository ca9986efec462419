import type { HttpRequest } from '@multi-tenant-runner/runtime';
import { noOperation } from './problem';

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

/**
 * What hono's router reads: the method and the path. A signer's policy was asked about the path as it was sent, so one
 * that a URL makes another of, as `/v1/tenants/1/../2`, leads nowhere.
 *
 * @throws Problem
 */
export function toWebRequest({ rawPath = '/', rawQueryString: query = '', requestContext }: ApiRequest): Request {
  const url = new URL(`https://api.invalid${rawPath}`);
  if (url.pathname !== rawPath) throw noOperation();
  url.search = query;
  return new Request(url, { method: requestContext?.http?.method ?? 'GET' });
}
