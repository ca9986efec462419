import { header, type HttpResponse } from '@multi-tenant-runner/runtime';
import { gunzipSync } from 'node:zlib';
import type { ApiRequest } from './request';

/** The page as the build leaves it beside the function: one document, with its script and style in it. */
export interface Page {
  /** Base64 of the gzipped document. */
  readonly gzip: string;
  /** Its Content-Security-Policy, which names script and style by their hashes. */
  readonly policy: string;
}

/** The page, which is the same for everyone and holds nothing of anyone. */
export function respondWithPage({ gzip, policy }: Page, request: ApiRequest): HttpResponse {
  const isCompressed = (header(request, 'accept-encoding') ?? '').includes('gzip');
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      ...(isCompressed && { 'content-encoding': 'gzip' }),
      vary: 'accept-encoding',
      'cache-control': 'no-cache',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=()',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    ...(isCompressed
      ? { body: gzip, isBase64Encoded: true }
      : { body: gunzipSync(Buffer.from(gzip, 'base64')).toString() }),
  };
}
