import type { ApiDeps } from '../deps';

/** Tenants that have a job that is not over, and some that had one a moment ago, by installation id. */
export async function tenantsWithOpen({
  jobs,
  directory,
}: Pick<ApiDeps, 'jobs' | 'directory'>): Promise<readonly number[]> {
  const found = await Promise.all([jobs.tenantsWithUnadmitted(), directory.tenantsWithMark()]);
  return [...new Set(found.flat())].sort((a, b) => a - b);
}
