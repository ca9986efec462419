import { explainJobNow, openAtOfJob, type Job } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { id, limitOf, nextCursor, paging, tenantParams, text, time } from '../http/schemas';
import { findJob, isVisible, job, jobParams, linksOf, repositoryOf, timeline, viewJob, viewTimeline } from './job-view';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

/** Who can end a wait. */
export const ACTORS = ['none', 'operator', 'tenant', 'github', 'aws'] as const;

export const listJobs = defineOperation({
  id: 'list-jobs',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/jobs',
  summary: "A tenant's jobs, newest first; with open=true those that are not over, oldest first.",
  params: tenantParams,
  query: v.strictObject({ open: v.optional(v.picklist(['true', 'false'], 'is neither true nor false')), ...paging }),
  answer: v.object({ jobs: v.array(job), next_cursor: nextCursor }),
  run: async ({ params: { installation_id: tenant }, query: { open = 'false', limit, cursor }, caller }, deps) => {
    const scope = ['list-jobs', tenant, open, repositoryOf(caller)];
    const position = cursor === undefined ? undefined : await deps.cursors.open(cursor, scope);
    const page = { limit: limitOf(limit), ...(position !== undefined && { position }) };
    const { jobs, next } = await (open === 'true' ? openPage : recentPage)(Number(tenant), page, deps);
    return {
      body: {
        jobs: jobs.filter((one) => isVisible(one, caller)).map(viewJob),
        ...(next !== undefined && { next_cursor: await deps.cursors.seal(next, scope) }),
      },
    };
  },
});

export const showJob = defineOperation({
  id: 'show-job',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/jobs/{job_id}',
  summary: 'A job with the times of its life, its machine, and where to read more.',
  params: jobParams,
  answer: timeline,
  run: async ({ params, caller }, deps) => {
    const found = await findJob(params, caller, deps);
    const launch = await deps.launches.get(found.installationId, found.launchId);
    return { body: viewTimeline(found, launch, linksOf(found, caller, deps.places)) };
  },
});

export const explainOneJob = defineOperation({
  id: 'explain-job',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/jobs/{job_id}/why',
  summary: 'One sentence: what a job does and why, since when, its place, what ends it and who can act.',
  params: jobParams,
  answer: v.object({
    sentence: text,
    state: text,
    reason: v.optional(text),
    since: time,
    position: v.optional(v.pipe(id, v.description("Among the tenant's waiting jobs; 1 is the next"))),
    ends: v.optional(text),
    next_try: v.optional(time),
    actor: v.picklist(ACTORS),
  }),
  run: async ({ params, caller }, deps) => {
    const lookup = await findTenant(params.installation_id, deps);
    const { nextTry, ...explanation } = await explainJobNow(await findJob(params, caller, deps), lookup, deps.jobs);
    return { body: { ...explanation, ...(nextTry !== undefined && { next_try: nextTry }) } };
  },
});

interface Page {
  readonly limit: number;
  readonly position?: string;
}
interface Found {
  readonly jobs: readonly Job[];
  readonly next?: string;
}

async function openPage(tenant: number, { limit, position }: Page, { jobs }: ApiDeps): Promise<Found> {
  const page = await jobs.pageOpen(tenant, { limit, ...(position !== undefined && { after: position }) });
  const last = page.rows.at(-1);
  return { jobs: page.rows, ...(page.next !== undefined && last && { next: openAtOfJob(last) }) };
}

async function recentPage(tenant: number, { limit, position }: Page, { jobs }: ApiDeps): Promise<Found> {
  const rows = await jobs.listRecent(tenant, limit, position === undefined ? undefined : Number(position));
  const last = rows.at(-1);
  return { jobs: rows, ...(rows.length === limit && last && { next: String(last.jobId) }) };
}
