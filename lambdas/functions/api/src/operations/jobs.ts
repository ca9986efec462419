import { explainJobNow, openAtOfJob, type Job, type Launch } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, id, limitOf, nextCursor, paging, pathId, tenantParams, text, time } from '../http/schemas';
import { defineOperation } from './operation';
import { findTenant } from './tenant-view';

const job = v.object({
  job_id: id,
  run_id: v.optional(id),
  repository: text,
  size: text,
  labels: v.array(text),
  state: text,
  reason: v.optional(text),
  queued_at: time,
  held_by_github_since: v.optional(time),
  started_at: v.optional(time),
  ended_at: v.optional(time),
  conclusion: v.optional(text),
  runner_name: v.optional(text),
  restarts: count,
  next_try: v.optional(time),
});

const timeline = v.object({
  ...job.entries,
  launch_id: text,
  starting_at: v.optional(time),
  machine_asked_at: v.optional(time),
  machine_ready_at: v.optional(time),
  instance_id: v.optional(text),
  machine_end: v.optional(text),
  error: v.optional(text),
});

const jobParams = v.object({ ...tenantParams.entries, job_id: pathId });

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
  summary: 'A job with the times of its life and its machine.',
  params: jobParams,
  answer: timeline,
  run: async ({ params, caller }, deps) => {
    const found = await findJob(params, caller, deps);
    return { body: viewTimeline(found, await deps.launches.get(found.installationId, found.launchId)) };
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
    actor: v.picklist(['none', 'operator', 'tenant', 'github', 'aws']),
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

async function findJob(
  params: { readonly installation_id: string; readonly job_id: string },
  caller: Caller | undefined,
  { jobs }: Pick<ApiDeps, 'jobs'>,
): Promise<Job> {
  const found = await jobs.get(Number(params.installation_id), Number(params.job_id));
  if (found !== undefined && isVisible(found, caller)) return found;
  throw new Problem(
    'not-found',
    `There is no job ${params.job_id}: GitHub did not send it, its labels are no size here, or it ended more than 14 ` +
      'days ago.',
  );
}

/** A workflow job's own token shows jobs of its repository alone. */
function isVisible({ owner, repo }: Job, caller: Caller | undefined): boolean {
  const repository = repositoryOf(caller);
  return repository === undefined || repository.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

function repositoryOf(caller: Caller | undefined): string | undefined {
  return caller === undefined || caller.role === 'operator' ? undefined : caller.repository;
}

function viewJob(one: Job): v.InferOutput<typeof job> {
  return {
    job_id: one.jobId,
    run_id: one.runId,
    repository: `${one.owner}/${one.repo}`,
    size: one.tier,
    labels: [...one.labels],
    state: one.state,
    reason: one.reason,
    queued_at: one.queuedAt,
    held_by_github_since: one.gatedAt,
    started_at: one.startedAt,
    ended_at: one.endedAt,
    conclusion: one.conclusion,
    runner_name: one.runnerName,
    restarts: one.restarts,
    next_try: one.nextTry,
  };
}

function viewTimeline(one: Job, launch: Launch | undefined): v.InferOutput<typeof timeline> {
  return {
    ...viewJob(one),
    launch_id: one.launchId,
    starting_at: one.startingAt,
    machine_asked_at: launch?.launchedAt,
    machine_ready_at: launch?.runningAt,
    instance_id: launch?.instanceId,
    machine_end: one.machineEnd,
    error: one.error,
  };
}
