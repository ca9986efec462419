import { gitHubLink, logLinks, type Job, type Launch, type Link, type LinkPlaces } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { Caller } from '../access/caller';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { count, id, pathId, tenantParams, text, time } from '../http/schemas';

export const job = v.object({
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

export const timeline = v.object({
  ...job.entries,
  launch_id: text,
  starting_at: v.optional(time),
  machine_asked_at: v.optional(time),
  machine_ready_at: v.optional(time),
  instance_id: v.optional(text),
  machine_end: v.optional(text),
  error: v.optional(text),
  links: v.pipe(
    v.array(v.object({ what: text, url: text })),
    v.description("Its page, and for operators the functions' logs"),
  ),
});

export const jobParams = v.object({ ...tenantParams.entries, job_id: pathId });

export async function findJob(
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
export function isVisible({ owner, repo }: Job, caller: Caller | undefined): boolean {
  const repository = repositoryOf(caller);
  return repository === undefined || repository.toLowerCase() === `${owner}/${repo}`.toLowerCase();
}

export function repositoryOf(caller: Caller | undefined): string | undefined {
  return caller === undefined || caller.role === 'operator' ? undefined : caller.repository;
}

export function viewJob(one: Job): v.InferOutput<typeof job> {
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

/** The operator's logs are no tenant's to read. */
export function linksOf(one: Job, caller: Caller | undefined, places: LinkPlaces): readonly Link[] {
  const isOperator = caller?.role === 'operator';
  return [gitHubLink(one, places), ...(isOperator ? logLinks(String(one.jobId), places) : [])];
}

export function viewTimeline(
  one: Job,
  launch: Launch | undefined,
  links: readonly Link[],
): v.InferOutput<typeof timeline> {
  return {
    ...viewJob(one),
    launch_id: one.launchId,
    starting_at: one.startingAt,
    machine_asked_at: launch?.launchedAt,
    machine_ready_at: launch?.runningAt,
    instance_id: launch?.instanceId,
    machine_end: one.machineEnd,
    error: one.error,
    links: [...links],
  };
}
