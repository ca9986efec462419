import type { SimJob, SimTenant } from '../scenario/model';

/** Of a flood: so many jobs, and so many webhooks of each. */
const JOBS = 5;
const REPEATED = 60;

/** The jobs whose webhooks a tenant repeats, more often than one tenant may send. */
export function floodOf(jobs: readonly SimJob[], tenant: SimTenant): SimJob[] {
  const ended = jobs.filter((job) => job.tenant === tenant && job.status === 'completed').slice(-JOBS);
  return ended.flatMap((job) => Array.from({ length: REPEATED }, () => job));
}
