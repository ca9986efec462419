import { parsePush } from '@multi-tenant-runner/core';
import { fitOnBus } from './fit-on-bus';

/** EventBridge's former limit, and SQS's. */
const LIMIT = 256 * 1_024;
const push = (commits: number) => ({
  ref: 'refs/heads/main',
  before: 'b'.repeat(40),
  after: 'a'.repeat(40),
  installation: { id: 1_001 },
  repository: { id: 7, full_name: 'acme/shop', pushed_at: 1_768_478_400 },
  head_commit: { id: 'a'.repeat(40), added: Array.from({ length: 3_000 }, (_, index) => `src/ä${index}`) },
  commits: Array.from({ length: commits }, (_, index) => ({
    id: `${index}`.padStart(40, '0'),
    message: 'x'.repeat(200),
  })),
});

describe('what goes on the bus', () => {
  it('is GitHub’s payload, unchanged, as long as it fits', () => {
    const small = push(3);
    expect(fitOnBus('push', small)).toBe(small);
  });

  it('is of a push with as many commits as GitHub lists all that a deployment needs', () => {
    const large = push(2_048);
    const fitting = fitOnBus('push', large);
    expect(JSON.stringify(large).length).toBeGreaterThan(LIMIT);
    expect(Buffer.byteLength(JSON.stringify(fitting))).toBeLessThan(LIMIT);
    expect(fitting).not.toHaveProperty('commits');
    expect(parsePush(fitting)).toEqual(parsePush(large));
  });

  it('is nothing where an event can not be shortened', () => {
    expect(fitOnBus('pull_request', { body: 'ä'.repeat(130_000) })).toBeUndefined();
    expect(fitOnBus('push', { ref: 'x'.repeat(300_000) })).toBeUndefined();
  });
});
