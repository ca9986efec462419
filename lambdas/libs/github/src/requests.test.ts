import { LEASE_MARGIN, MINUTE } from '@multi-tenant-runner/core';
import { runInvocation } from '@multi-tenant-runner/runtime';
import { createTestClock } from '@multi-tenant-runner/testing';
import { createRequests, type Fetch } from './requests';

const context = { getRemainingTimeInMillis: () => MINUTE };

function setUp() {
  const clock = createTestClock();
  const signals: AbortSignal[] = [];
  let reach: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  /** GitHub never answers. */
  const fetch: Fetch = (_, init) =>
    new Promise((_resolve, reject) => {
      const signal = init?.signal;
      if (!(signal instanceof AbortSignal)) throw new Error('the request has no signal');
      signals.push(signal);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
      reach();
    });
  const requests = createRequests({ baseUrl: 'https://api.github.test', fetch, timeout: 8_000 });
  return { clock, reached, requests, signals };
}

describe('a request to GitHub', () => {
  test('that waits for its answer is abandoned when its invocation is over', async () => {
    const { clock, reached, requests, signals } = setUp();
    let left: Promise<unknown> | undefined;
    await runInvocation({ clock, context }, async () => {
      left = requests.withToken('token')('DELETE /orgs/acme/actions/runners/1');
      await reached;
    });
    await expect(left).rejects.toThrow('The invocation is over');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  test('is not sent by an invocation that slept past its leases', async () => {
    const { clock, requests, signals } = setUp();
    await runInvocation({ clock, context }, async () => {
      clock.advance(MINUTE + LEASE_MARGIN);
      await expect(requests.plain()('GET /app')).rejects.toThrow('slept past its leases');
    });
    expect(signals).toEqual([]);
  });
});
