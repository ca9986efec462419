import { randomBytes } from 'node:crypto';
import { createControlClient, type GitHubUserClient } from '../../control/client';
import type { SandboxFile } from '../../lib/state';
import { createAccountReader, type AccountReader } from '../kit/account';
import { allHeld, createChecks, type Checks } from '../kit/checks';
import { createPoller, type Poller } from '../kit/poller';
import { untilActive } from '../kit/until-active';
import { createSightings, type Sightings } from './sightings';

export interface BurstOptions {
  readonly sandbox: SandboxFile;
  /** Applies the module with calls that tenants share, or without. */
  readonly applyWith: (sharedCalls: boolean) => Promise<void>;
  readonly signal: AbortSignal;
  readonly write: (line: string) => void;
}

interface BurstContext {
  readonly user: GitHubUserClient;
  readonly account: AccountReader;
  readonly checks: Checks;
  readonly poller: Poller;
  readonly write: (line: string) => void;
}

const SECONDS = 1_200;
const TENANTS = 40;
/** So many tenants are installed at the same time. */
const INSTALLED_AT_ONCE = 8;

/**
 * A job of each of forty tenants at the same moment, with calls of their own and with calls that they share. The times
 * are printed, not judged; that each tenant gets one machine of its own, and none gets two, is.
 */
export async function runBurst({ sandbox, applyWith, signal, write }: BurstOptions): Promise<boolean> {
  const checks = createChecks((line) => write(`  ${line}`));
  const context: BurstContext = {
    user: createControlClient(sandbox.github.control_url, signal).user,
    account: createAccountReader(sandbox),
    checks,
    poller: createPoller(SECONDS, signal),
    write,
  };
  const tenants = await install(context);
  await burst(context, tenants, 'each with calls of its own');
  await applyWith(true);
  // The functions were replaced, so each of the first is a cold one.
  await burst(context, tenants, 'with calls that they share');
  await burst(context, tenants, 'with calls that they share, once more');
  await applyWith(false);
  for (const id of tenants) await context.user.uninstall(id);
  return allHeld(checks.all());
}

async function burst(context: BurstContext, tenants: readonly number[], how: string): Promise<void> {
  const { user, account, checks, poller, write } = context;
  const before = new Set((await account.machines()).map(({ id }) => id));
  const sightings = createSightings(before);
  const from = Date.now();
  const queued = tenants.map(async (installationId) => ({
    installationId,
    jobId: await user.queue({ installationId, size: 'small', seconds: null }),
  }));
  const jobs = await Promise.all(queued);
  const runners = new Map<number, string | null>();
  await poller.until('a machine and a runner of each job', async () => {
    sightings.see(await account.machines(), Date.now() - from);
    if (sightings.count() < tenants.length) return undefined;
    for (const { installationId, jobId } of jobs) {
      if (runners.has(installationId)) continue;
      const job = (await user.jobs(installationId)).find(({ id }) => id === jobId);
      if (job !== undefined && job.startedAt !== null) runners.set(installationId, job.runnerName);
    }
    return runners.size === jobs.length ? true : undefined;
  });
  write(`${tenants.length} tenants with a job each, ${how}: webhook to machine ${timesOf(sightings)}`);
  for (const { jobId } of jobs) await user.finish(jobId);
  await poller.until('the end of the jobs and their machines', async () => {
    const machines = await account.machines();
    sightings.see(machines, Date.now() - from);
    const isOver = machines.every(({ id, state }) => before.has(id) || (state !== 'pending' && state !== 'running'));
    return isOver ? true : undefined;
  });
  const owners = tenants.map((id) => sightings.machinesOf(id));
  const number = `${tenants.length} of ${tenants.length}`;
  checks.check(
    `${number} get one machine of their own, ${how}`,
    owners.every((own) => own.length === 1) && sightings.count() === tenants.length,
    `${sightings.count()} machines, of each tenant ${owners.map((own) => own.length).join(' ')}`,
  );
  const strangers = tenants.filter((id, at) => runners.get(id)?.endsWith(owners[at]?.[0] ?? '-') !== true);
  checks.check(`${number} jobs run on it, ${how}`, strangers.length === 0, `not those of ${strangers.join(', ')}`);
}

function timesOf(sightings: Sightings): string {
  const times = sightings.times();
  const at = (share: number): string =>
    `${((times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0) / 1_000).toFixed(1)} s`;
  return `p50 ${at(0.5)}, p95 ${at(0.95)}, longest ${at(1)}`;
}

async function install(context: BurstContext): Promise<readonly number[]> {
  const left = Array.from({ length: TENANTS }, (_, at) => `burst-${at + 1}-${randomBytes(3).toString('hex')}`);
  const ids: number[] = [];
  const installSome = async (): Promise<void> => {
    for (let login = left.shift(); login !== undefined; login = left.shift()) {
      const id = await context.user.install(login, 'Organization');
      await untilActive(context, login, id);
      ids.push(id);
    }
  };
  await Promise.all(Array.from({ length: INSTALLED_AT_ONCE }, installSome));
  context.write(`${ids.length} tenants are installed`);
  return ids;
}
