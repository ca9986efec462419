import { parse } from '@multi-tenant-runner/core';
import type * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { OperationId } from '../access/permissions';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';

export type Method = 'GET' | 'POST' | 'PATCH';
type Entries = v.ObjectEntries;
type Fields<E extends Entries> = v.ObjectSchema<E, undefined>;

/** One operation: what OpenAPI says of it and what it does, from the same schemas. */
interface Definition<P extends Entries, A extends v.GenericSchema> {
  readonly id: OperationId;
  readonly method: Method;
  /** As in OpenAPI: `/v1/tenants/{installation_id}`. */
  readonly path: string;
  readonly summary: string;
  readonly params: Fields<P>;
  readonly answer: A;
  run(call: Call<v.InferOutput<Fields<P>>>, deps: ApiDeps): Promise<Answer<v.InferOutput<A>>>;
}

export interface Call<P> {
  readonly params: P;
  /** Undefined for what needs none. */
  readonly caller: Caller | undefined;
}

export interface Answer<B> {
  readonly body: B;
  readonly etag?: string;
}

/** What was sent, before anything has looked at it. */
export interface RawCall {
  readonly params: Readonly<Record<string, string>>;
  readonly caller: Caller | undefined;
}

export type Operation = Pick<Definition<Entries, v.GenericSchema>, 'id' | 'method' | 'path' | 'summary'> & {
  readonly params: v.GenericSchema;
  readonly answer: v.GenericSchema;
  handle(raw: RawCall, deps: ApiDeps): Promise<Answer<unknown>>;
};

export function defineOperation<P extends Entries, A extends v.GenericSchema>(definition: Definition<P, A>): Operation {
  const { params, run, ...rest } = definition;
  return {
    ...rest,
    params,
    handle: ({ params: given, caller }, deps) => run({ params: parsed(params, given), caller }, deps),
  };
}

/** @throws Problem that names everything that is wrong, and quotes nothing */
function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = parse(schema, value, { root: 'the request' });
  if (result.ok) return result.value;
  throw new Problem('invalid-request', `${result.problems.slice(0, 5).join('; ')}.`, { problems: result.problems });
}
