import type { Clock } from '@multi-tenant-runner/core';
import * as v from 'valibot';

// Plain valibot alone: each of these becomes JSON Schema in docs/openapi.json. The messages are for people; none quotes
// a value.

const ID = 'is not an id as GitHub gives them';

/** An id in a path. Ids of GitHub fit into a JavaScript number. */
export const pathId = v.pipe(v.string(ID), v.regex(/^[1-9]\d{0,15}$/, ID));
export const id = v.pipe(v.number(), v.integer(), v.minValue(1));
export const count = v.pipe(
  v.number('is not a number'),
  v.integer('is not an integer'),
  v.minValue(0, 'is less than 0'),
);
export const text = v.string('is not a text');
export const time = v.pipe(v.string(), v.description('ISO 8601, UTC'));

const MONTH = 'is not a month as 2026-01';
export const month = v.optional(v.pipe(v.string(MONTH), v.regex(/^\d{4}-(0[1-9]|1[0-2])$/, MONTH)));
export function monthOrPresent(asked: string | undefined, { clock }: { readonly clock: Clock }): string {
  return asked ?? clock.now().toISOString().slice(0, 7);
}

const LIMIT = 'is not a number from 1 to 100';
/** Of every list. */
export const paging = {
  limit: v.optional(v.pipe(v.string(LIMIT), v.regex(/^([1-9]\d?|100)$/, LIMIT))),
  cursor: v.optional(v.pipe(text, v.maxLength(500, 'is too long'), v.description('next_cursor of the last page'))),
};
const DEFAULT_LIMIT = 50;
export const limitOf = (limit: string | undefined): number => (limit === undefined ? DEFAULT_LIMIT : Number(limit));
/** Absent on the last page. A page may be shorter than its limit, even empty, and not be the last. */
export const nextCursor = v.optional(text);

export const tenantParams = v.object({ installation_id: pathId });

export const problem = v.object({
  type: text,
  title: text,
  status: v.pipe(v.number(), v.integer()),
  detail: text,
  request_id: text,
  problems: v.optional(v.array(text)),
});
