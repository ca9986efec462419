import { MINUTE, jobIdOfLaunch, leadsTo, type Launch } from '@multi-tenant-runner/core';

/** How often the row of a job is read that is busy on its own machine, in minutes. */
const TURN = 10;

/**
 * The jobs without whose rows a launch can't be judged: the one that it leads to, which the tenant's index may not
 * have, the one that it is for, and the one that its runner took. Of a machine that is busy with its own job there is
 * nothing to be judged but whether that is over unheard of, and that has time.
 */
export function neededJobs(launches: readonly Launch[], now: Date): readonly number[] {
  const needed = launches.filter((launch) => !isBusyWithItsOwn(launch) || isItsTurn(launch, now));
  return [...new Set(needed.flatMap(jobIdsOf))];
}

function jobIdsOf({ launchId, jobId, takenBy = jobId }: Launch): readonly number[] {
  return [jobIdOfLaunch(launchId), jobId, takenBy];
}

/** As far as anybody has heard: its machine says once its job's last step is over. */
function isBusyWithItsOwn({ launchId, jobId, takenBy, reports }: Launch): boolean {
  return takenBy === jobId && leadsTo(launchId, jobId) && reports?.activity !== 'idle';
}

/** In one minute of ten, in another one of the next ten: at whatever pace the visits come, they meet each launch. */
function isItsTurn({ jobId }: Launch, now: Date): boolean {
  const minute = Math.floor(now.getTime() / MINUTE);
  const mixed = Math.imul(Math.floor(minute / TURN) ^ jobId, 0x9e3779b1) >>> 0;
  return minute % TURN === Math.floor((mixed / 2 ** 32) * TURN);
}
