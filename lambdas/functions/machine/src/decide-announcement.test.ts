import type { Blank } from '@multi-tenant-runner/core';
import { claimSecretFor, intent } from '@multi-tenant-runner/testing';
import { decideAnnouncement } from './decide-announcement';

const ID = 'i-0123456789abcdef0';
const NOW = new Date('2026-01-15T12:05:00.000Z');
const blank = (overrides: Partial<Blank> = {}): Blank => ({
  tier: 'small',
  place: 0,
  blankId: 'blank-1',
  intent: intent(),
  createdAt: '2026-01-15T12:00:00.000Z',
  launchedAt: '2026-01-15T12:00:00.000Z',
  instanceId: ID,
  ...overrides,
});
const request = (overrides = {}) => ({
  instanceId: ID,
  secret: claimSecretFor('token-1'),
  nonce: 'nonce-of-the-first-boot-0',
  ...overrides,
});
const decide = (given: Blank | undefined, asked = request(), now = NOW) =>
  decideAnnouncement(given, asked, now, 600_000);

function announced(): Blank {
  const decision = decide(blank());
  if (decision.kind !== 'announce') throw new Error('it may announce itself');
  return blank({ announcement: decision.announcement });
}

test('the first request of a machine announces it, and nothing that is stored of it is a secret', () => {
  const text = JSON.stringify(announced());
  for (const secret of [request().secret, request().nonce]) expect(text).not.toContain(secret);
});

test('the same boot asks again and again, as long as it waits', () => {
  expect(decide(announced(), request(), new Date('2026-01-15T23:00:00.000Z'))).toEqual({ kind: 'blank' });
});

test('nobody else speaks for it, with whatever a job finds in its user data', () => {
  expect(decide(announced(), request({ nonce: 'nonce-of-a-job-that-replays' }))).toEqual({
    kind: 'refuse',
    reason: 'claimed-before',
  });
});

test('a secret of another machine announces nobody', () => {
  const asked = request({ secret: claimSecretFor('token-2') });
  expect(decide(blank(), asked)).toEqual({ kind: 'refuse', reason: 'wrong-secret' });
  expect(decide(announced(), asked)).toEqual({ kind: 'refuse', reason: 'wrong-secret' });
});

test('a machine whose place has another one by now is no machine of the pool', () => {
  expect(decide(blank({ instanceId: 'i-0fedcba9876543210' }))).toEqual({ kind: 'elsewhere' });
  const { instanceId: _instanceId, ...starting } = blank();
  expect(decide(starting)).toEqual({ kind: 'elsewhere' });
  expect(decide(undefined)).toEqual({ kind: 'elsewhere' });
});

test('of several by one call, which all have the secret, only its own interface announces it', () => {
  const own = 'eni-0123456789abcdef0';
  const one = blank({ intent: { ...intent(), group: { index: 1, size: 3 } }, interfaceId: own });
  expect(decide(one, request({ interfaceId: own }))).toMatchObject({ kind: 'announce' });
  for (const other of [undefined, 'eni-0fedcba9876543210'])
    expect(decide(one, request({ interfaceId: other }))).toEqual({ kind: 'refuse', reason: 'wrong-machine' });
  // EC2 did not name it: nobody speaks for the machine, and the sweep ends it.
  const { interfaceId: _interfaceId, ...nameless } = one;
  expect(decide(nameless, request({ interfaceId: own }))).toEqual({ kind: 'refuse', reason: 'wrong-machine' });
});

test('one that boots for too long is too late', () => {
  const late = new Date('2026-01-15T12:10:01.000Z');
  expect(decide(blank(), request(), late)).toEqual({ kind: 'refuse', reason: 'too-late' });
});
