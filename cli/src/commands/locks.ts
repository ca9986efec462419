import {
  RELEASED,
  SECOND,
  decideAcquire,
  decideLockRelease,
  isOffboarded,
  livingLocks,
  sayGranted,
  type AcquireAnswer,
  type AcquireRequest,
} from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { describeAge } from '../output/duration';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';
import { recordChange } from './record-change';

const LOOK_EVERY = 3 * SECOND;

/** A lock as the command line names it. */
export interface LockRef {
  readonly tenant: string;
  readonly name: string;
  readonly holder: string;
}

export async function listLocks(tenant: string, { directory, locks, clock }: Fleet): Promise<Answer> {
  const { installationId } = await findTenant(tenant, directory);
  const now = clock.now();
  const living = Object.entries(livingLocks(await locks.read(installationId), now));
  return {
    kind: 'rows',
    columns: ['lock', 'holder', 'by', 'fence', 'held', 'until', 'waiters'],
    rows: living.map(
      ([name, { lease, waiters }]): Row => ({
        lock: name,
        holder: lease?.holder,
        by: lease?.by,
        fence: lease?.fence,
        held: lease && describeAge(new Date(lease.acquiredAt).toISOString(), now),
        until: lease && new Date(lease.until).toISOString(),
        waiters: waiters.map(({ holder }) => holder),
      }),
    ),
    none: `${tenant} has no locks.`,
  };
}

/** Takes or renews a lock; waits for its turn where asked to, and then leaves the line. */
export async function acquireLock(
  { tenant, name, holder }: LockRef,
  { ttl, until }: { readonly ttl: number; readonly until?: Date },
  fleet: Fleet,
): Promise<Answer> {
  const lookup = await findTenant(tenant, fleet.directory);
  const { installationId } = lookup;
  if (isOffboarded(lookup)) throw new Problem(`${tenant} is offboarded, and its locks with it.`, EXIT.refused);
  const by = await fleet.whoAmI();
  const request: AcquireRequest = { name, holder, by, ttl, wait: until !== undefined };
  for (;;) {
    const now = fleet.clock.now();
    const answer = await fleet.locks.change(installationId, (locks) => decideAcquire(locks, request, now));
    if (answer.kind === 'granted') return granted(name, answer);
    if (answer.kind === 'full') throw new Problem(`${tenant} has as many ${answer.what} as it may have.`, EXIT.refused);
    if (until === undefined || now.getTime() + LOOK_EVERY > until.getTime()) {
      await fleet.locks.change(installationId, (locks) => decideLockRelease(locks, { ...request, force: false }, now));
      throw new Problem(sentenceOf(name, answer), EXIT.refused);
    }
    await fleet.sleep(LOOK_EVERY);
  }
}

/** @param options.force whoever holds it, which is recorded */
export async function releaseLock(
  { tenant, name, holder }: LockRef,
  options: { readonly force: boolean; readonly reason?: string },
  fleet: Fleet,
): Promise<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const { force } = options;
  const after = { lock: name, holder };
  if (force)
    await recordChange(
      { installationId, action: 'lock.released', after },
      { ...options, dryRun: false, yes: true },
      fleet,
    );
  const request = { name, holder, by: await fleet.whoAmI(), force };
  const answer = await fleet.locks.change(installationId, (locks) =>
    decideLockRelease(locks, request, fleet.clock.now()),
  );
  if (answer === 'held-by-another')
    throw new Problem(`Another holds ${name}: see "mtr lock list ${tenant}". --force releases it.`, EXIT.refused);
  return { kind: 'fields', fields: { lock: name, released: answer !== 'not-held' }, sentence: RELEASED[answer](name) };
}

function granted(name: string, { lease }: Extract<AcquireAnswer, { kind: 'granted' }>): Answer {
  const { holder, fence } = lease;
  const until = new Date(lease.until).toISOString();
  return {
    kind: 'fields',
    fields: { lock: name, holder, fence, until },
    sentence: sayGranted(name, lease),
  };
}

function sentenceOf(name: string, { lease, position }: Extract<AcquireAnswer, { kind: 'held' }>): string {
  const whose = lease === undefined ? `${name} is for the next in line` : `${lease.holder} has ${name}`;
  const place = position === undefined ? '; --wait 10m waits for it.' : `; you were number ${position} in line.`;
  return `${whose}${lease === undefined ? '' : ` until ${new Date(lease.until).toISOString()}`}${place}`;
}
