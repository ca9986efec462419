import { gitHubLink, logLinks, type Link } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findJob, type JobRef } from '../read/find-job';
import { findLaunch, type RunnerRef } from '../read/find-launch';

/** Where to read what happened: the job's page at GitHub, and the functions' lines that name it. */
export async function linkJob(name: JobRef, fleet: Fleet): Promise<Answer> {
  const { job } = await findJob(name, fleet);
  return linksOf([gitHubLink(job, fleet), ...logLinks(String(job.jobId), fleet)]);
}

/** The same of a machine: the job that it has or had, and the lines that name its launch. */
export async function linkRunner(name: RunnerRef, fleet: Fleet): Promise<Answer> {
  const { installationId, launchId, jobId, takenBy } = await findLaunch(name, fleet);
  const job = await fleet.jobs.get(installationId, takenBy ?? jobId);
  return linksOf([...(job ? [gitHubLink(job, fleet)] : []), ...logLinks(launchId, fleet)]);
}

/** What the machine wrote to its console, as far as EC2 has it: while it runs and for about an hour after. */
export async function showConsole(name: RunnerRef, fleet: Fleet): Promise<Answer> {
  const { instanceId, launchId } = await findLaunch(name, fleet);
  if (instanceId === undefined) throw new Problem(`Launch ${launchId} has no machine.`, EXIT.refused);
  const output = await fleet.console(instanceId);
  if (output === undefined)
    throw new Problem(
      `EC2 has no console output of ${instanceId}: it comes minutes after the start and goes an hour after the end.`,
      EXIT.notFound,
    );
  return { kind: 'text', text: output, fields: { instance: instanceId, console: output } };
}

function linksOf(links: readonly Link[]): Answer {
  const rows = links.map(({ what, url }) => ({ what, url }));
  return { kind: 'rows', columns: ['what', 'url'], rows, none: '' };
}
