import { createTestHarness, job } from '@multi-tenant-runner/testing';
import { describeWaiting } from './describe-waiting';

const lookup = (() => {
  const harness = createTestHarness();
  harness.addTenant({ max_runners: 2 });
  return harness.registry.get(1001);
})();

test('a tenant without open jobs waits for nothing', async () => {
  expect(describeWaiting([], await lookup)).toEqual({ running: 0, starting: 0, waiting: 0, reasons: [] });
});

test('counts what runs, starts and waits, and tells the reasons in words, the most frequent first', async () => {
  const at = (minute: number): string => `2026-01-15T11:${minute}:00.000Z`;
  const jobs = [
    job({ jobId: 1, state: 'running', queuedAt: at(10) }),
    job({ jobId: 2, state: 'starting', queuedAt: at(11) }),
    job({ jobId: 3, state: 'parked', reason: 'capacity', queuedAt: at(12) }),
    job({ jobId: 4, state: 'parked', reason: 'github-waiting', gatedAt: at(13), queuedAt: at(13) }),
    job({ jobId: 5, state: 'parked', reason: 'github-waiting', gatedAt: at(14), queuedAt: at(14) }),
    job({ jobId: 6, state: 'queued', queuedAt: at(15) }),
  ];
  const { reasons, ...counts } = describeWaiting(jobs, await lookup);
  expect(counts).toEqual({ running: 1, starting: 1, waiting: 4, oldestQueuedAt: at(12) });
  expect(reasons.map(({ reason, words, actor, jobs: count }) => [reason, words, actor, count])).toEqual([
    ['github-waiting', 'GitHub holds it back, for an approval, a wait timer or a concurrency group', 'github', 2],
    ['capacity', 'EC2 has no machine for it', 'aws', 1],
  ]);
});
