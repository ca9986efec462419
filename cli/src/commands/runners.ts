import { describeLaunch, type Launch } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { describeAge } from '../output/duration';
import { findLaunch, type RunnerRef } from '../read/find-launch';
import { findTenant } from '../read/find-tenant';

export async function listRunners(tenant: string, fleet: Fleet): Promise<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const launches = await fleet.launches.listOpen(installationId);
  return {
    kind: 'rows',
    columns: ['launch', 'state', 'size', 'instance', 'job', 'age'],
    rows: launches.map((launch) => rowOf(launch, fleet.clock.now())),
    none: `${tenant} has no runners.`,
  };
}

/** By instance id, or by launch id and tenant. */
export async function showRunner(name: RunnerRef, fleet: Fleet): Promise<Answer> {
  const launch = await findLaunch(name, fleet);
  return {
    kind: 'fields',
    fields: {
      ...rowOf(launch, fleet.clock.now()),
      installation: launch.installationId,
      runner: launch.runnerName,
      instance_type: launch.intent?.instanceType,
      subnet: launch.intent?.subnetId,
      spot: launch.intent?.spot,
      ...describeLaunch(launch),
      refused_by_ec2: launch.attempted,
    },
  };
}

function rowOf(launch: Launch, now: Date): Row {
  return {
    launch: launch.launchId,
    state: launch.state,
    size: launch.tier,
    instance: launch.instanceId,
    job: launch.takenBy ?? launch.jobId,
    age: describeAge(launch.createdAt, now),
  };
}
