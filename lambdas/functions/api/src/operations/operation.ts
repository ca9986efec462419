import { parse } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { OperationId } from '../access/permissions';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import type { ApiRequest } from '../http/request';

export type Method = 'GET' | 'POST' | 'PATCH';
type Fields = v.GenericSchema<unknown, Readonly<Record<string, unknown>>>;

/** One operation: what OpenAPI says of it and what it does, from the same schemas. */
interface Definition<P extends Fields, Q extends Fields, B extends Fields, A extends v.GenericSchema> {
  readonly id: OperationId;
  readonly method: Method;
  /** As in OpenAPI: `/v1/tenants/{installation_id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: P;
  readonly query?: Q;
  /** Of a change. */
  readonly body?: B;
  readonly answer: A;
  /** The body is a secret: nothing of it is kept, not even a hash that could be guessed at. */
  readonly hidesBody?: true;
  run(
    call: Call<v.InferOutput<P>, v.InferOutput<Q>, v.InferOutput<B>>,
    deps: ApiDeps,
  ): Promise<Answer<v.InferOutput<A>>>;
  /** Of what holds a secret: makes the first answer again from what was kept of it. */
  again?(kept: unknown, deps: ApiDeps): Promise<Answer<v.InferOutput<A>>>;
}

export interface Call<P, Q, B> extends Context {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
}

/** What every operation may want to know of a request. */
export interface Context {
  /** Undefined for what needs none. */
  readonly caller: Caller | undefined;
  readonly requestId: string;
  /** Why a change is made. Empty for what changes nothing. */
  readonly reason: string;
  /** The ETag that a change expects. */
  readonly ifMatch?: string;
  /** The same for a repeated request. */
  readonly idempotencyKey?: string;
  /** As it came, of a change: a signature is of its bytes. */
  readonly request?: ApiRequest;
}

export interface Answer<B> {
  readonly body: B;
  readonly etag?: string;
  /** Kept for who repeats the request, in the place of an answer that holds a secret. */
  readonly kept?: unknown;
}

/** What was sent, before anything has looked at it. */
export interface RawCall extends Context {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

export interface Operation {
  readonly id: OperationId;
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly params: v.GenericSchema;
  readonly query?: v.GenericSchema;
  readonly body?: v.GenericSchema;
  readonly answer: v.GenericSchema;
  readonly hidesBody?: true;
  handle(raw: RawCall, deps: ApiDeps): Promise<Answer<unknown>>;
  again?(kept: unknown, deps: ApiDeps): Promise<Answer<unknown>>;
}

/** Of what has no parameters of a kind. */
export const NOTHING = v.strictObject({});
type Nothing = typeof NOTHING;

/** Of a change that is decided anew on the row as it is by now. */
const TRIES = 3;

export function defineOperation<
  P extends Fields,
  A extends v.GenericSchema,
  Q extends Fields = Nothing,
  B extends Fields = Nothing,
>(definition: Definition<P, Q, B, A>): Operation {
  const { run, params, query, body, ...rest } = definition;
  return {
    ...rest,
    params,
    ...(query && { query }),
    ...(body && { body }),
    handle: async ({ params: inPath, query: asked, body: sent, ...context }, deps) => {
      const call = {
        ...context,
        params: parsed(params, inPath, 'the path'),
        query: parsed(query ?? (NOTHING as unknown as Q), asked, 'the query'),
        body: parsed(body ?? (NOTHING as unknown as B), sent, 'the body'),
      };
      for (let tries = 1; ; tries += 1) {
        try {
          return await run(call, deps);
        } catch (cause) {
          if (!(cause instanceof Problem && cause.more.again) || tries >= TRIES) throw cause;
        }
      }
    },
  };
}

/** @throws Problem that names everything that is wrong, and quotes nothing */
function parsed<S extends v.GenericSchema>(schema: S, value: unknown, root: string): v.InferOutput<S> {
  const result = parse(schema, value, { root });
  if (result.ok) return result.value;
  throw new Problem('invalid-request', `${result.problems.slice(0, 5).join('; ')}.`, { problems: result.problems });
}
