import { parseJson } from '@multi-tenant-runner/core';
import { header, rawBody } from '@multi-tenant-runner/runtime';
import type { Context } from '../operations/operation';
import { Problem } from './problem';
import type { ApiRequest } from './request';

/** What an operator wants to find in the audit trail later. */
const REASON = /^[^\u0000-\u001f\u007f]{1,500}$/;
const KEY = /^[\x21-\x7e]{1,200}$/;

/** What headers say of a request besides who calls. A change needs its reason. */
export function readContext(request: ApiRequest, isChange: boolean): Omit<Context, 'caller' | 'requestId'> {
  const reason = header(request, 'x-reason') ?? '';
  if (isChange && !REASON.test(reason))
    throw new Problem('invalid-request', 'Say why in the header X-Reason, in at most 500 characters: it is kept.');
  const ifMatch = header(request, 'if-match');
  const idempotencyKey = header(request, 'idempotency-key');
  if (idempotencyKey !== undefined && !KEY.test(idempotencyKey))
    throw new Problem('invalid-request', 'The header Idempotency-Key is not 1 to 200 visible characters.');
  return {
    reason,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(idempotencyKey !== undefined && { idempotencyKey }),
  };
}

/** None is an empty object. */
export function readBody(request: ApiRequest): unknown {
  const text = rawBody(request).toString('utf8');
  if (text.trim() === '') return {};
  const parsed = parseJson<unknown>(text, (value) => ({ ok: true, value }), { root: 'the body' });
  if (parsed.ok) return parsed.value;
  throw new Problem('invalid-request', `${parsed.problems.join('; ')}.`);
}
