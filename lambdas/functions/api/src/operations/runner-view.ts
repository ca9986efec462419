import { LAUNCH_STATES, describeLaunch, type Launch } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import type { ApiDeps } from '../deps';
import { Problem } from '../http/problem';
import { id, tenantParams, text, time } from '../http/schemas';

export const runner = v.object({
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
  end_asked_at: v.optional(v.pipe(time, v.description('An operator asked for its end'))),
  machine_ended_at: v.optional(time),
  ended_at: v.optional(time),
  reason: v.optional(text),
});

export const runnerParams = v.object({
  ...tenantParams.entries,
  launch_id: v.pipe(text, v.regex(/^\d{1,16}-\d{1,6}$/, 'is not the id of a launch')),
});

/** @throws Problem when there is none */
export async function findRunner(
  { installation_id, launch_id }: v.InferOutput<typeof runnerParams>,
  { launches }: Pick<ApiDeps, 'launches'>,
): Promise<Launch> {
  const launch = await launches.get(Number(installation_id), launch_id);
  if (launch !== undefined) return launch;
  throw new Problem('not-found', `There is no runner ${launch_id}, or it ended more than 14 days ago.`);
}

/** Subnets and what EC2 refused are the operator's own affair. */
export function viewRunner(launch: Launch): v.InferOutput<typeof runner> {
  return {
    launch_id: launch.launchId,
    state: launch.state,
    size: launch.tier,
    instance_id: launch.instanceId,
    instance_type: launch.intent?.instanceType,
    spot: launch.intent?.spot,
    runner_name: launch.runnerName,
    ...describeLaunch(launch),
  };
}
