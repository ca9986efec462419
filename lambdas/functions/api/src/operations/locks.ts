import {
  MINUTE,
  RELEASED,
  SECOND,
  decideAcquire,
  decideLockRelease,
  livingLocks,
  sayGranted,
  type AcquireAnswer,
  type LockLease,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { count, tenantParams, text, time } from '../http/schemas';
import { defineOperation } from './operation';
import { recordChange } from './record-change';
import { findTenant } from './tenant-view';

const NAME = 'is not 1 to 64 letters, digits, dots, dashes and underscores';
const lockParams = v.object({
  ...tenantParams.entries,
  name: v.pipe(v.string(NAME), v.regex(/^[A-Za-z0-9._-]{1,64}$/, NAME)),
});
const HOLDER = 'is not 1 to 100 visible characters';
const holder = v.pipe(v.string(HOLDER), v.regex(/^[\x21-\x7e]{1,100}$/, HOLDER));
const TTL = 'is not a number of seconds from 10 to 86400';
const seconds = v.pipe(v.number(TTL), v.integer(TTL), v.minValue(10, TTL), v.maxValue(86_400, TTL));
const DEFAULT_TTL = (10 * MINUTE) / SECOND;

const lease = v.object({
  holder: text,
  by: v.pipe(text, v.description('An ARN, or issuer and subject of a token')),
  fence: v.pipe(count, v.description('Higher than that of each lease before, of any lock of the tenant')),
  acquired_at: time,
  until: time,
});

export const listLocks = defineOperation({
  id: 'list-locks',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/locks',
  summary: "A tenant's locks that are held or waited for.",
  params: tenantParams,
  answer: v.object({
    locks: v.array(v.object({ name: text, lease: v.optional(lease), waiters: v.array(text) })),
  }),
  run: async ({ params }, deps) => {
    const { installationId } = await findTenant(params.installation_id, deps);
    const living = livingLocks(await deps.locks.read(installationId), deps.clock.now());
    const locks = Object.entries(living).map(([name, one]) => ({
      name,
      ...(one.lease && { lease: viewLease(one.lease) }),
      waiters: one.waiters.map((waiter) => waiter.holder),
    }));
    return { body: { locks } };
  },
});

export const acquireLock = defineOperation({
  id: 'acquire-lock',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/locks/{name}/acquire',
  summary: 'Takes or renews a lock, or keeps a place in its line: ask again within a minute, or lose it.',
  params: lockParams,
  body: v.strictObject({
    holder: v.pipe(holder, v.description('What the caller calls itself, such as the id of a run')),
    ttl_seconds: v.optional(v.pipe(seconds, v.description('After it the lock is free again; 600 by default'))),
    wait: v.optional(v.pipe(v.boolean(), v.description('Keeps a place in the line; true by default'))),
  }),
  answer: v.object({
    granted: v.boolean(),
    lease: v.optional(v.pipe(lease, v.description('The present one, whoever has it'))),
    position: v.optional(v.pipe(count, v.description('In the line; 1 is next'))),
    sentence: text,
  }),
  run: async ({ params, body, caller }, deps) => {
    const { installationId, tenant } = await findTenant(params.installation_id, deps);
    if (tenant.status === 'deleted') throw new Problem('refused', 'The tenant is offboarded, and its locks with it.');
    const { name } = params;
    const { holder: who, ttl_seconds: ttl = DEFAULT_TTL, wait = true } = body;
    const request = { name, holder: who, by: caller?.actor ?? 'unknown', ttl: ttl * SECOND, wait };
    const answer = await deps.locks.change(installationId, (locks) => decideAcquire(locks, request, deps.clock.now()));
    if (answer.kind === 'full')
      throw new Problem('refused', `There are as many ${answer.what} as a tenant may have; release one, or ask later.`);
    const granted = answer.kind === 'granted';
    const position = answer.kind === 'held' ? answer.position : undefined;
    return {
      body: {
        granted,
        ...(answer.lease && { lease: viewLease(answer.lease) }),
        ...(position !== undefined && { position }),
        sentence: sentenceOf(name, answer),
      },
    };
  },
});

export const releaseLock = defineOperation({
  id: 'release-lock',
  method: 'POST',
  path: '/v1/tenants/{installation_id}/locks/{name}/release',
  summary: "Gives a lock back, or leaves its line. An operator may release any holder's with force.",
  params: lockParams,
  body: v.strictObject({ holder, force: v.optional(v.boolean()) }),
  answer: v.object({ released: v.boolean(), sentence: text }),
  run: async ({ params, body: { holder: who, force = false }, ...context }, deps) => {
    const { caller } = context;
    const { installationId } = await findTenant(params.installation_id, deps);
    if (force && caller?.role !== 'operator')
      throw new Problem('refused', "Only an operator may release another's lock.");
    const { name } = params;
    if (force)
      await recordChange(
        { installationId, action: 'lock.released', after: { lock: name, holder: who } },
        context,
        deps,
      );
    const request = { name, holder: who, by: caller?.actor ?? 'unknown', force };
    const answer = await deps.locks.change(installationId, (locks) =>
      decideLockRelease(locks, request, deps.clock.now()),
    );
    if (answer === 'held-by-another') throw new Problem('refused', `Another holds ${name}; GET …/locks says who.`);
    return { body: { released: answer !== 'not-held', sentence: RELEASED[answer](name) } };
  },
});

function sentenceOf(name: string, answer: Exclude<AcquireAnswer, { readonly kind: 'full' }>): string {
  if (answer.kind === 'granted') return sayGranted(name, answer.lease);
  const { lease: held, position } = answer;
  const whose = held === undefined ? `${name} is for the next in line` : `${held.holder} has ${name}`;
  return position === undefined ? `${whose}.` : `${whose}; you are number ${position} in line.`;
}

function viewLease({ holder: who, by, fence, acquiredAt, until }: LockLease): v.InferOutput<typeof lease> {
  return { holder: who, by, fence, acquired_at: timeOf(acquiredAt), until: timeOf(until) };
}

const timeOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
