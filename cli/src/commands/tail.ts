import { SECOND, type Job } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { findTenant } from '../read/find-tenant';
import { whyOf } from './waiting';

const LOOK_EVERY = 3 * SECOND;
/** Of the newest jobs; an older one that changes is in "mtr jobs list --open". */
const WATCHED = 100;
const COLUMNS = ['at', 'job', 'repository', 'size', 'state', 'why'] as const;

export interface TailOptions {
  readonly tenant: string;
  /** Undefined: until it is interrupted. */
  readonly until?: Date;
}

/** What becomes of a tenant's newest jobs, an answer for each look that found something new. */
export async function* tailJobs({ tenant, until }: TailOptions, fleet: Fleet): AsyncGenerator<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const seen = new Map<number, string>();
  for (let isFirst = true; ; isFirst = false) {
    const jobs = [...(await fleet.jobs.listRecent(installationId, WATCHED))].reverse();
    const lookup = await fleet.directory.get(installationId);
    const news = jobs.filter((job) => seen.get(job.jobId) !== stampOf(job));
    for (const job of news) seen.set(job.jobId, stampOf(job));
    const shown = isFirst ? news.slice(-10) : news;
    const rows = shown.map((job): Row => {
      const why = whyOf(job, lookup);
      return {
        at: job.updatedAt,
        job: job.jobId,
        repository: `${job.owner}/${job.repo}`,
        size: job.tier,
        state: job.state,
        why,
      };
    });
    if (rows.length > 0 || isFirst) yield { kind: 'rows', columns: COLUMNS, rows, none: `${tenant} has no jobs.` };
    if (until !== undefined && fleet.clock.now().getTime() + LOOK_EVERY > until.getTime()) return;
    await fleet.sleep(LOOK_EVERY);
  }
}

const stampOf = ({ state, reason, launchId }: Job): string => `${state} ${reason ?? ''} ${launchId}`;
