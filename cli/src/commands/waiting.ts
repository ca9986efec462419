import { explainJob, findWaiting, type Job, type TenantLookup } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { describeAge } from '../output/duration';

/** Who waits now in the whole fleet, oldest first, with the reason in words. */
export async function listAllWaiting(limit: number, fleet: Fleet): Promise<Answer> {
  const { jobs, directory } = fleet;
  const waiting = await findWaiting(limit, jobs, directory);
  const now = fleet.clock.now();
  return {
    kind: 'rows',
    columns: ['tenant', 'job', 'repository', 'size', 'waits', 'why'],
    rows: waiting.map(({ job, lookup }) => ({
      tenant: lookup.kind === 'tenant' ? lookup.tenant.orgName : String(job.installationId),
      job: job.jobId,
      repository: `${job.owner}/${job.repo}`,
      size: job.tier,
      waits: describeAge(job.gatedAt ?? job.queuedAt, now),
      why: whyOf(job, lookup),
    })),
    none: 'No job waits.',
  };
}

/** The sentence without the job's name, which has a column of its own. */
export function whyOf(job: Job, lookup: TenantLookup): string {
  return explainJob(job, { lookup }).sentence.replace(/^Job \d+ of \S+ /, '');
}
