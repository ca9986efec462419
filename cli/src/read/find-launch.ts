import type { Launch } from '@multi-tenant-runner/core';
import type { Fleet } from '../fleet';
import { notFound, usage } from '../problem';
import { findTenant } from './find-tenant';

/** A runner as the command line names it. */
export interface RunnerRef {
  /** The id of its instance or of its launch. */
  readonly runner: string;
  /** Not needed with an instance. */
  readonly tenant?: string;
}

/** @throws Problem when there is none, or when it is not clear whose it is */
export async function findLaunch(
  { runner, tenant }: RunnerRef,
  { directory, launches }: Pick<Fleet, 'directory' | 'launches'>,
): Promise<Launch> {
  const key = /^i-[0-9a-f]+$/.test(runner)
    ? await launches.findByInstance(runner)
    : { installationId: await idOf(runner, tenant, directory), launchId: runner };
  const launch = key && (await launches.get(key.installationId, key.launchId));
  if (launch !== undefined) return launch;
  throw notFound(`There is no runner ${runner} here, or it ended more than 14 days ago.`);
}

async function idOf(runner: string, tenant: string | undefined, directory: Fleet['directory']): Promise<number> {
  if (tenant === undefined) throw usage(`Whose launch is ${runner}? Give --tenant, or the id of its instance.`);
  return (await findTenant(tenant, directory)).installationId;
}
