import { createInMemoryJobStore, createTestClock, job, settings, tenantRow } from '@multi-tenant-runner/testing';
import { parseTenantRow } from '../model/tenant-row';
import type { Job } from '../model/job';
import { explainJobNow } from './explain-job-now';

const { tiers, defaultTier } = settings();
const lookup = parseTenantRow(1001, tenantRow({ slots_held: 2 }), tiers, defaultTier);

/** The second by its number is the time of each. */
const jobOf = (jobId: number, overrides: Partial<Job> = {}): Job =>
  job({
    jobId,
    state: 'parked',
    reason: 'limit',
    queuedAt: new Date(1e12 + jobId * 1_000).toISOString(),
    ...overrides,
  });

async function placeOf(jobId: number, rows: readonly Job[]): Promise<{ place: number | undefined; pages: number }> {
  const store = createInMemoryJobStore({ clock: createTestClock() });
  for (const row of rows) await store.create(row);
  let pages = 0;
  const pageIndexed: typeof store.pageIndexed = (...asked) => {
    pages += 1;
    return store.pageIndexed(...asked);
  };
  const asked = rows.find((row) => row.jobId === jobId) ?? jobOf(jobId);
  return { place: (await explainJobNow(asked, lookup, { pageIndexed })).position, pages };
}

const many = Array.from({ length: 1_300 }, (_, index) => jobOf(index));

test.each([
  ['the first', 0, many, { place: 1, pages: 1 }],
  ['one on the second page', 150, many, { place: 151, pages: 2 }],
  ['the last that is counted', 999, many, { place: 1_000, pages: 10 }],
  ['one far behind', 1_250, many, { place: 1_001, pages: 10 }],
  ['one behind jobs that run', 3, [jobOf(1, { state: 'running' }), jobOf(2), jobOf(3)], { place: 2, pages: 1 }],
  ['one that waits for something else', 3, [jobOf(2), jobOf(3, { reason: 'capacity' })], { pages: 0 }],
])('%s has its place among those that wait, read no further than to it', async (_, jobId, rows, expected) => {
  expect(await placeOf(jobId, rows)).toEqual(expected);
});
