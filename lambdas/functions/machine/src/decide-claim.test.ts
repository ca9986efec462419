import type { Launch } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { claimSecretFor, intent, launch } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { decideClaim, reportSecretOf, type ClaimRequest } from './decide-claim';

const ID = 'i-0123456789abcdef0';
const NOW = new Date('2026-01-15T12:05:00.000Z');
const BOOT_TIMEOUT = 600_000;

const row = (overrides: Partial<Launch> = {}): Launch =>
  launch({ state: 'running', instanceId: ID, intent: intent(), launchedAt: '2026-01-15T12:00:00.000Z', ...overrides });
const request = (overrides: Partial<ClaimRequest> = {}): ClaimRequest => ({
  instanceId: ID,
  secret: claimSecretFor('token-1'),
  nonce: 'nonce-of-the-first-boot-0',
  ...overrides,
});
const decide = (given: Launch | undefined, asked = request(), now = NOW) =>
  decideClaim(given, asked, now, BOOT_TIMEOUT);

/** The row after the first boot has claimed. */
function claimed(): Launch {
  const decision = decide(row());
  if (decision.kind !== 'claim') throw new Error('it may claim');
  return row({ claim: decision.claim });
}

describe('a machine claims its configuration', () => {
  test('when its launch names it, with the secret of its user data', () => {
    expect(decide(row())).toMatchObject({ kind: 'claim', claim: { nonceHash: hashSecret(request().nonce) } });
  });

  test('and nothing that is stored of it is a secret', () => {
    const text = JSON.stringify(claimed());
    for (const secret of [request().secret, request().nonce, reportSecretOf(request())])
      expect(text).not.toContain(secret);
  });

  test('again, with the number of its boot, when the answer was lost', () => {
    expect(decide(claimed())).toEqual({ kind: 'repeat' });
  });

  test('once: a job that reads the user data has another number', () => {
    expect(decide(claimed(), request({ nonce: 'nonce-that-a-job-made-up' }))).toEqual({
      kind: 'refuse',
      reason: 'claimed-before',
    });
  });

  test.each<[string, Launch | undefined]>([
    ['no launch names it yet', undefined],
    ['the index led to another machine’s launch', row({ instanceId: 'i-0123456789abcdef1' })],
    ['its configuration is not stored yet', row({ state: 'launching' })],
  ])('later, where %s', (_why, given) => expect(decide(given)).toEqual({ kind: 'wait' }));

  test('of several by one call only with the interface of the machine that its launch names', () => {
    const group = row({ intent: intent({ group: { index: 1, size: 2 } }), interfaceId: 'eni-0123456789abcdef0' });
    expect(decide(group, request({ interfaceId: 'eni-0123456789abcdef0' })).kind).toBe('claim');
    const refused = { kind: 'refuse', reason: 'wrong-machine' };
    expect(decide(group, request({ interfaceId: 'eni-0123456789abcdef1' }))).toEqual(refused);
    expect(decide(group)).toEqual(refused);
    const { interfaceId: _unknown, ...without } = group;
    expect(decide(without, request({ interfaceId: '' }))).toEqual(refused);
  });

  test.each(['ending', 'ended'] as const)('never of a launch that is %s', (state) =>
    expect(decide(row({ state }))).toEqual({ kind: 'refuse', reason: 'over' }),
  );

  test('only until its boot time-out', () => {
    expect(decide(row(), request(), new Date('2026-01-15T12:10:00.000Z'))).toMatchObject({ kind: 'claim' });
    expect(decide(row(), request(), new Date('2026-01-15T12:10:00.001Z'))).toEqual({
      kind: 'refuse',
      reason: 'too-late',
    });
    expect(decide(claimed(), request(), new Date('2026-01-15T12:10:00.001Z'))).toMatchObject({ kind: 'refuse' });
  });

  test('and whatever another machine or a job sends, it gets nothing', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Launch['state']>('launching', 'running', 'ending', 'ended'),
        fc.boolean(),
        fc.string(),
        fc.string(),
        (state, isClaimed, secret, nonce) => {
          fc.pre(secret !== request().secret);
          const given = row({ state, ...(isClaimed && { claim: claimed().claim }) });
          expect(decide(given, request({ secret, nonce }))).toEqual({ kind: 'refuse', reason: 'wrong-secret' });
        },
      ),
    );
  });

  test('and a claimed row yields to no other number, in whatever state and at whatever time', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Launch['state']>('launching', 'running', 'ending', 'ended'),
        fc.string(),
        fc.integer({ min: 0, max: 3_600_000 }),
        (state, nonce, age) => {
          fc.pre(nonce !== request().nonce);
          const now = new Date(Date.parse('2026-01-15T12:00:00.000Z') + age);
          expect(decide({ ...claimed(), state }, request({ nonce }), now).kind).toBe('refuse');
        },
      ),
    );
  });
});

test('the secret to report with follows from the boot’s number, and differs from machine to machine', () => {
  const secret = reportSecretOf(request());
  expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(reportSecretOf(request())).toBe(secret);
  expect(reportSecretOf(request({ nonce: 'another-number-of-a-boot' }))).not.toBe(secret);
  expect(reportSecretOf(request({ instanceId: 'i-0123456789abcdef1' }))).not.toBe(secret);
});
