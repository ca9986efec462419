import { OPEN_JOB_STATES, WAITING_JOB_STATES, explainJobNow, openAtOfJob, type Job } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { describeAge } from '../output/duration';
import { whyOf } from './waiting';
import { findJob, type JobRef } from '../read/find-job';
import { findTenant } from '../read/find-tenant';
import { parsePage, parsePageToken } from '../read/page-token';
import { isWithin, type Window } from '../read/window';

export interface JobFilter extends Window {
  readonly open: boolean;
  readonly limit: number;
  readonly cursor?: string;
}

/** Of a page those that were queued within the window; the page after it may have more. */
export async function listJobs(tenant: string, filter: JobFilter, fleet: Fleet): Promise<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const { jobs, next } = await (filter.open ? openPage : recentPage)(installationId, filter, fleet);
  return {
    kind: 'rows',
    columns: ['job', 'repository', 'size', 'state', 'reason', 'queued', 'runner'],
    rows: jobs.filter(({ queuedAt }) => isWithin(queuedAt, filter)).map((job) => rowOf(job, fleet.clock.now())),
    none: `${tenant} has no ${filter.open ? 'open ' : ''}jobs.`,
    ...(next !== undefined && { cursor: next }),
  };
}

interface JobPage {
  readonly jobs: readonly Job[];
  readonly next?: string;
}

/** Oldest first. */
async function openPage(tenant: number, { limit, cursor, until }: JobFilter, { jobs }: Fleet): Promise<JobPage> {
  const page = await jobs.pageOpen(tenant, parsePage({ limit, pageToken: cursor }, /^[\w:.#-]{1,80}$/));
  const last = page.rows.at(-1);
  const isOver = last === undefined || !isWithin(last.queuedAt, { until });
  return { jobs: page.rows, ...(page.next !== undefined && !isOver && { next: openAtOfJob(last) }) };
}

/** Newest first. */
async function recentPage(tenant: number, { limit, cursor, since }: JobFilter, { jobs }: Fleet): Promise<JobPage> {
  const after = cursor === undefined ? undefined : Number(parsePageToken(cursor, /^\d{1,16}$/));
  const rows = await jobs.listRecent(tenant, limit, after);
  const last = rows.at(-1);
  const isOver = last === undefined || rows.length < limit || !isWithin(last.queuedAt, { since });
  return { jobs: rows, ...(!isOver && { next: String(last.jobId) }) };
}

/** Who waits now, oldest first, with the reason in words. */
export async function listWaiting(tenant: string, limit: number, fleet: Fleet): Promise<Answer> {
  const lookup = await findTenant(tenant, fleet.directory);
  const jobs = await fleet.jobs.listOpen(lookup.installationId, { states: WAITING_JOB_STATES, limit });
  const now = fleet.clock.now();
  return {
    kind: 'rows',
    columns: ['job', 'repository', 'size', 'waits', 'why'],
    rows: jobs.map((job) => ({
      ...rowOf(job, now),
      waits: describeAge(job.gatedAt ?? job.queuedAt, now),
      why: whyOf(job, lookup),
    })),
    none: `${tenant} has no waiting jobs.`,
  };
}

export async function showJob(name: JobRef, fleet: Fleet): Promise<Answer> {
  const { job } = await findJob(name, fleet);
  const launch = await fleet.launches.get(job.installationId, job.launchId);
  return {
    kind: 'fields',
    fields: {
      ...rowOf(job, fleet.clock.now()),
      installation: job.installationId,
      labels: job.labels,
      queued_at: job.queuedAt,
      held_by_github_since: job.gatedAt,
      starting_at: job.startingAt,
      machine_asked_at: launch?.launchedAt,
      machine_ready_at: launch?.runningAt,
      started_at: job.startedAt,
      ended_at: job.endedAt,
      conclusion: job.conclusion,
      launch: job.launchId,
      instance: launch?.instanceId,
      restarts: job.restarts,
      next_try: job.nextTry,
      machine_end: job.machineEnd,
      capacity_errors: job.capacityErrors,
      error: job.error,
    },
  };
}

/** One sentence on why a job does what it does, since when, its place among the tenant's jobs, and who can act. */
export async function explainOneJob(name: JobRef, fleet: Fleet): Promise<Answer> {
  const { job, lookup } = await findJob(name, fleet);
  const explanation = await explainJobNow(job, lookup, fleet.jobs);
  const now = fleet.clock.now();
  return {
    kind: 'fields',
    sentence: explanation.sentence,
    fields: {
      state: explanation.state,
      reason: explanation.reason,
      since: explanation.since,
      for: describeAge(explanation.since, now),
      position: explanation.position,
      ends: explanation.ends,
      next_try: explanation.nextTry,
      who_can_act: explanation.actor === 'none' ? undefined : explanation.actor,
    },
  };
}

function rowOf(job: Job, now: Date): Row {
  const isOpen = (OPEN_JOB_STATES as readonly string[]).includes(job.state);
  return {
    job: job.jobId,
    repository: `${job.owner}/${job.repo}`,
    size: job.tier,
    state: job.state,
    reason: job.reason,
    queued: isOpen ? `${describeAge(job.queuedAt, now)} ago` : job.queuedAt,
    runner: job.runnerName,
  };
}
