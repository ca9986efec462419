import * as v from 'valibot';

// Plain valibot alone: each of these becomes JSON Schema in docs/openapi.json. The messages are for people; none quotes
// a value.

const ID = 'is not an id as GitHub gives them';

/** An id in a path. Ids of GitHub fit into a JavaScript number. */
export const pathId = v.pipe(v.string(), v.regex(/^[1-9]\d{0,15}$/, ID));
export const id = v.pipe(v.number(), v.integer(), v.minValue(1));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const text = v.string();
export const time = v.pipe(v.string(), v.description('ISO 8601, UTC'));

export const problem = v.object({
  type: text,
  title: text,
  status: v.pipe(v.number(), v.integer()),
  detail: text,
  request_id: text,
  problems: v.optional(v.array(text)),
});
