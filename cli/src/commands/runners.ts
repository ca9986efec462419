import type { Launch } from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { describeAge } from '../output/duration';
import { notFound, usage } from '../problem';
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
export async function showRunner(name: string, tenant: string | undefined, fleet: Fleet): Promise<Answer> {
  const launch = await findLaunch(name, tenant, fleet);
  if (launch === undefined) throw notFound(`There is no runner ${name} here, or it ended more than 14 days ago.`);
  return {
    kind: 'fields',
    fields: {
      ...rowOf(launch, fleet.clock.now()),
      installation: launch.installationId,
      runner: launch.runnerName,
      instance_type: launch.intent?.instanceType,
      subnet: launch.intent?.subnetId,
      spot: launch.intent?.spot,
      asked_for_job: launch.jobId,
      took_job: launch.takenBy,
      created_at: launch.createdAt,
      machine_asked_at: launch.launchedAt,
      ready_at: launch.runningAt,
      took_job_at: launch.takenAt,
      job_ended_at: launch.jobEndedAt,
      ended_at: launch.endedAt,
      reason: launch.reason,
      refused_by_ec2: launch.attempted,
    },
  };
}

async function findLaunch(name: string, tenant: string | undefined, fleet: Fleet): Promise<Launch | undefined> {
  if (/^i-[0-9a-f]+$/.test(name)) {
    const key = await fleet.launches.findByInstance(name);
    return key && fleet.launches.get(key.installationId, key.launchId);
  }
  if (tenant === undefined) throw usage(`Whose launch is ${name}? Give --tenant, or the id of its instance.`);
  const { installationId } = await findTenant(tenant, fleet.directory);
  return fleet.launches.get(installationId, name);
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
