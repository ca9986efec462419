import { decideCheck, mayNeedCheckStep, placeOfJob, type CheckedJob } from '@multi-tenant-runner/core';
import { carryOutCheck, type DueCheck } from './carry-out-check';
import { isClosed, payFor, readCheckBudget, writeCheckBudget, type CheckBudget } from './check-budget';
import type { ScaleDownDeps } from './deps';

export type CheckDeps = ScaleDownDeps &
  Required<Pick<ScaleDownDeps, 'checkRuns'>> & {
    /** Asked before each request: GitHub may be slow to answer. */
    readonly outOfTime: () => boolean;
  };

/** Entries of the index that one tenant's turn reads, jobs that it looks at, and requests that it makes. */
const LISTED = 200;
const LOOKED_AT = 60;
export const CHECKS_A_TURN = 10;
/** Checks of one tenant that go on at once: nobody reads hundreds. */
export const OPEN_CHECKS = 50;

/**
 * Has GitHub show on commits why jobs of one tenant wait, and that they no longer do. Everything follows from the jobs'
 * rows, so what a run that dies leaves over is the next one's.
 *
 * @param waiting ids of jobs that may be in need of a check, oldest first
 */
export async function tellChecks(installationId: number, waiting: readonly number[], deps: CheckDeps): Promise<void> {
  const before = await readCheckBudget(installationId, deps.launches);
  if (isClosed(before, deps.clock.now())) return;
  const marked = await deps.jobs.listChecks(installationId, LISTED);
  const steps = await decideSteps(installationId, { marked, waiting }, deps);
  const { paid, after } = payForAll(steps, before, deps.clock.now());
  // Before the requests: a run that dies has spent what it may have used.
  await writeCheckBudget(installationId, { before, after }, deps.launches);
  for (const due of paid) {
    if (deps.outOfTime()) return;
    const closed = await carryOutCheck(due, deps);
    if (closed === undefined) continue;
    const until = { ...after, notBefore: closed.toISOString() };
    return writeCheckBudget(installationId, { before: after, after: until }, deps.launches);
  }
}

interface Candidates {
  readonly marked: readonly CheckedJob[];
  readonly waiting: readonly number[];
}

/** Ends first: nothing may keep a check open whose job is over. */
async function decideSteps(
  installationId: number,
  { marked, waiting }: Candidates,
  deps: CheckDeps,
): Promise<readonly DueCheck[]> {
  const known = new Set(marked.map(({ jobId }) => jobId));
  const room = OPEN_CHECKS - marked.filter(({ checkState }) => checkState !== undefined).length;
  const due = marked.filter(mayNeedCheckStep).map(({ jobId }) => jobId);
  const changed = waiting.filter((jobId) => known.has(jobId));
  const fresh = waiting.filter((jobId) => !known.has(jobId)).slice(0, Math.max(0, room));
  const jobIds = [...new Set([...due, ...changed, ...fresh])].slice(0, LOOKED_AT);
  if (jobIds.length === 0) return [];
  const lookup = await deps.tenants.get(installationId);
  const jobs = await Promise.all(jobIds.map((jobId) => deps.jobs.get(installationId, jobId)));
  const now = deps.clock.now();
  const steps = jobs.flatMap((job): DueCheck[] => {
    const step = job && decideCheck(job, lookup, now, deps.lease.milliseconds);
    return job === undefined || step === undefined ? [] : [{ job, step, place: placeOfJob(job, lookup) }];
  });
  const rank = ({ step }: DueCheck): number => (step.kind === 'close' || step.kind === 'forget' ? 0 : 1);
  return [...steps].sort((a, b) => rank(a) - rank(b));
}

function payForAll(
  steps: readonly DueCheck[],
  before: CheckBudget,
  now: Date,
): { readonly paid: readonly DueCheck[]; readonly after: CheckBudget } {
  let after = before;
  const paid: DueCheck[] = [];
  for (const due of steps) {
    const asks = paid.filter(({ step }) => step.kind !== 'forget').length;
    if (due.step.kind !== 'forget' && asks >= CHECKS_A_TURN) continue;
    const left = payFor(due.step, after, now);
    if (left === undefined) continue;
    after = left;
    paid.push(due);
  }
  return { paid, after };
}
