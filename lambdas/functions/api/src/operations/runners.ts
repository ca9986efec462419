import { LAUNCH_STATES, openAtOfLaunch, type Launch } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { Problem } from '../http/problem';
import { id, limitOf, nextCursor, paging, tenantParams, text, time } from '../http/schemas';
import { defineOperation } from './operation';

const runner = v.object({
  launch_id: text,
  state: v.picklist(LAUNCH_STATES),
  size: text,
  instance_id: v.optional(text),
  instance_type: v.optional(text),
  spot: v.optional(v.boolean()),
  runner_name: v.optional(text),
  asked_for_job: id,
  took_job: v.optional(id),
  created_at: time,
  machine_asked_at: v.optional(time),
  ready_at: v.optional(time),
  took_job_at: v.optional(time),
  job_ended_at: v.optional(time),
  ended_at: v.optional(time),
  reason: v.optional(text),
});

export const listRunners = defineOperation({
  id: 'list-runners',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/runners',
  summary: "A tenant's runners that are not over, oldest first.",
  params: tenantParams,
  query: v.strictObject(paging),
  answer: v.object({ runners: v.array(runner), next_cursor: nextCursor }),
  run: async ({ params: { installation_id: tenant }, query: { limit, cursor } }, { launches, cursors }) => {
    const scope = ['list-runners', tenant];
    const after = cursor === undefined ? undefined : await cursors.open(cursor, scope);
    const request = { limit: limitOf(limit), ...(after !== undefined && { after }) };
    const { rows, next } = await launches.pageOpen(Number(tenant), request);
    const last = rows.at(-1);
    return {
      body: {
        runners: rows.map(viewRunner),
        ...(next !== undefined && last && { next_cursor: await cursors.seal(openAtOfLaunch(last), scope) }),
      },
    };
  },
});

export const showRunner = defineOperation({
  id: 'show-runner',
  method: 'GET',
  path: '/v1/tenants/{installation_id}/runners/{launch_id}',
  summary: 'A runner with the times of its life.',
  params: v.object({
    ...tenantParams.entries,
    launch_id: v.pipe(text, v.regex(/^\d{1,16}-\d{1,6}$/, 'is not the id of a launch')),
  }),
  answer: runner,
  run: async ({ params }, { launches }) => {
    const launch = await launches.get(Number(params.installation_id), params.launch_id);
    if (launch !== undefined) return { body: viewRunner(launch) };
    throw new Problem('not-found', `There is no runner ${params.launch_id}, or it ended more than 14 days ago.`);
  },
});

/** Subnets and what EC2 refused are the operator's own affair. */
function viewRunner(launch: Launch): v.InferOutput<typeof runner> {
  return {
    launch_id: launch.launchId,
    state: launch.state,
    size: launch.tier,
    instance_id: launch.instanceId,
    instance_type: launch.intent?.instanceType,
    spot: launch.intent?.spot,
    runner_name: launch.runnerName,
    asked_for_job: launch.jobId,
    took_job: launch.takenBy,
    created_at: launch.createdAt,
    machine_asked_at: launch.launchedAt,
    ready_at: launch.runningAt,
    took_job_at: launch.takenAt,
    job_ended_at: launch.jobEndedAt,
    ended_at: launch.endedAt,
    reason: launch.reason,
  };
}
