import {
  gateTimes,
  isEnded,
  isGated,
  needOf,
  newJob,
  parkAtGate,
  placeOfJob,
  release,
  takeLease,
  type Job,
  type JobEvent,
  type Launch,
} from '@multi-tenant-runner/core';
import { endIfUninstalled } from './end-if-uninstalled';
import { endUnusedMachine } from './end-unused-machine';
import type { ScaleDownDeps } from './deps';

/**
 * GitHub holds a job back: behind an environment's protection rule, or in a concurrency group. It may have said
 * `queued` before, and says it again, under the same id, when it lets the job through, up to 30 days later. Until then
 * the job needs neither slot nor machine.
 * https://github.blog/changelog/2022-11-21-webhook-enhancements-for-environment-protection-rules
 */
export async function handleWaiting(event: JobEvent, deps: ScaleDownDeps): Promise<void> {
  const now = deps.clock.now();
  const created = await deps.jobs.create({ ...newJob(event, now, 'parked', 'github-waiting'), ...gateTimes(now) });
  if (created.ok) return endIfUninstalled(event, 'parked', deps);
  const job = created.row;
  if (job === undefined || isEnded(job.state) || job.state === 'running') return;
  if (!isGated(job) && (await isLate(job, event, deps))) return;
  if (!isGated(job) && (await parkAtGate(job, deps)) === undefined) return;
  await endLaunchesOf(job, deps);
}

/**
 * The `queued` that follows may have come first, and no time in either says so. Where GitHub can't be asked, the
 * event's word counts: the sweep asks soon.
 */
async function isLate(job: Job, event: JobEvent, deps: ScaleDownDeps): Promise<boolean> {
  const answer = await deps.github.getJob(placeOfJob(event, await deps.tenants.get(job.installationId)), job.jobId);
  if (answer.kind !== 'found' || answer.job === undefined) return false;
  const need = needOf(answer.job.status);
  return need !== 'held-back' && need !== 'unknown';
}

/**
 * Found by what they were started for, not by the job's row: that names the next launch by now, also when this comes
 * again.
 */
async function endLaunchesOf(job: Job, deps: ScaleDownDeps): Promise<void> {
  const launches = await deps.launches.listOpen(job.installationId);
  for (const launch of launches.filter((one) => one.jobId === job.jobId && one.takenBy === undefined))
    await endLaunch(launch, deps);
}

async function endLaunch(launch: Launch, deps: ScaleDownDeps): Promise<void> {
  const reason = 'job-waits';
  if (launch.state === 'ending') return;
  const done =
    launch.state === 'held' ? await releaseHeld(launch, reason, deps) : await endUnusedMachine(launch, reason, deps);
  if (!done) throw new Error(`Launch ${launch.launchId} is leased by another invocation; its end is tried again later`);
}

async function releaseHeld(launch: Launch, reason: string, deps: ScaleDownDeps): Promise<boolean> {
  const leased = await takeLease(launch, deps.lease, deps);
  if (leased === undefined) return false;
  await release(leased, { reason, followUp: { kind: 'ask' }, lease: deps.lease }, deps);
  return true;
}
