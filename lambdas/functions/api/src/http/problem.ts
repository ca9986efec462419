/** The kinds of RFC 9457 problems; docs/api.md lists them. */
export const PROBLEMS = {
  'invalid-request': { status: 400, title: 'The request is not usable' },
  unauthenticated: { status: 401, title: 'Nothing proves who calls' },
  forbidden: { status: 403, title: 'The caller may not do this' },
  'not-found': { status: 404, title: 'There is no such thing' },
  refused: { status: 409, title: 'What there is does not allow this' },
  'key-in-use': { status: 409, title: 'The Idempotency-Key belongs to another request' },
  changed: { status: 412, title: 'It has changed since it was read' },
  'too-large': { status: 413, title: 'The body is too large' },
  'too-many': { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'The request was not handled' },
} as const;
export type ProblemKind = keyof typeof PROBLEMS;

interface ProblemMore {
  readonly problems?: readonly string[];
  readonly retryAfter?: number;
  /** Nobody's decision is out of date: the operation may decide once more by itself. */
  readonly again?: true;
}

/** Ends a request with a problem: one sentence that says what, where and what to do. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly kind: ProblemKind,
    message: string,
    readonly more: ProblemMore = {},
  ) {
    super(message);
  }
}

export const noOperation = (): Problem =>
  new Problem('not-found', 'There is no such operation; /v1/openapi.json lists those that there are.');

/** The body of a problem, as application/problem+json. */
export function problemBody({ kind, message, more }: Problem, requestId: string) {
  const { status, title } = PROBLEMS[kind];
  return {
    type: `urn:multi-tenant-runner:problem:${kind}`,
    title,
    status,
    detail: message,
    request_id: requestId,
    ...(more.problems !== undefined && { problems: more.problems }),
  };
}
