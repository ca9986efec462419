import {
  isEnded,
  plus,
  recordCheck,
  type CheckFailure,
  type CheckNote,
  type CheckStep,
  type CheckSubject,
  type CheckText,
  type Job,
  type JobPlace,
} from '@multi-tenant-runner/core';
import { UNANSWERED, WITHOUT_RIGHT } from './check-budget';
import type { CheckDeps } from './tell-checks';

export interface DueCheck {
  readonly job: Job;
  readonly place: JobPlace;
  readonly step: CheckStep;
}

/**
 * One step of one job's check: a conditional write that says what is about to be asked, at most one request that
 * changes anything at GitHub, and a write of what came of it. Answers until when the tenant's checks are to be left
 * alone, where GitHub turned the request away.
 */
export async function carryOutCheck({ step, ...due }: DueCheck, deps: CheckDeps): Promise<Date | undefined> {
  switch (step.kind) {
    case 'forget':
      return record(due.job, { state: 'done' }, deps);
    case 'open':
    case 'tell':
      return create(due, step.says, deps);
    case 'settle':
      return settle(due, step.says, deps);
    case 'change':
    case 'close':
      return update(due, { kind: step.kind, says: step.says }, deps);
  }
}

type DueJob = Omit<DueCheck, 'step'>;

/** The intent first: with the write another run may have been first, and only one makes the check. */
async function create({ job, place }: DueJob, says: CheckText, deps: CheckDeps): Promise<Date | undefined> {
  const subject = subjectOf(job);
  if (subject === undefined) return record(job, { state: 'done' }, deps);
  const intent = await recordCheck(job, { state: 'opening', says: says.title }, deps, { stillIn: true });
  if (!intent.ok) return undefined;
  // What is refused is over; a check that waits is ended once its job is.
  const status = isEnded(job.state) ? 'completed' : 'queued';
  const answer = await deps.checkRuns.create(place, subject, { ...says, status });
  if (answer.kind === 'created') {
    deps.log.info('GitHub shows on its commit why a job waits', { job_id: job.jobId, reason: job.reason ?? null });
    return record(intent.row, { state: status === 'completed' ? 'done' : 'open', id: answer.checkId }, deps);
  }
  if (answer.kind === 'gone') return record(intent.row, { state: 'done' }, deps);
  // It may be there all the same: GitHub is asked for it once nobody is at work on it.
  if (answer.kind !== 'unavailable') await record(intent.row, { state: null }, deps);
  return pauseAfter(answer, job, deps);
}

/** A run died after its intent, or GitHub gave no answer. */
async function settle(due: DueJob, says: CheckText, deps: CheckDeps): Promise<Date | undefined> {
  const { job, place } = due;
  const subject = subjectOf(job);
  if (subject === undefined) return record(job, { state: 'done' }, deps);
  const answer = await deps.checkRuns.find(place, subject);
  if (answer.kind === 'gone') return record(job, { state: 'done' }, deps);
  if (answer.kind !== 'found') return pauseAfter(answer, job, deps);
  if (answer.checkId !== undefined) return record(job, { state: 'open', id: answer.checkId }, deps);
  const isWanted = job.state === 'parked' || job.state === 'refused';
  return isWanted ? create(due, says, deps) : record(job, { state: 'done' }, deps);
}

async function update(
  { job, place }: DueJob,
  { kind, says }: { readonly kind: 'change' | 'close'; readonly says: CheckText },
  deps: CheckDeps,
): Promise<Date | undefined> {
  if (job.checkId === undefined) return record(job, { state: 'done' }, deps);
  const content = { ...says, ...(kind === 'close' && { status: 'completed' as const }) };
  const answer = await deps.checkRuns.update(place, job.checkId, content);
  if (answer.kind === 'gone') return record(job, { state: 'done' }, deps);
  if (answer.kind !== 'updated') return pauseAfter(answer, job, deps);
  return record(job, { state: kind === 'close' ? 'done' : 'open', says: says.title }, deps);
}

async function record(job: Job, note: CheckNote, deps: CheckDeps): Promise<undefined> {
  await recordCheck(job, note, deps);
}

function pauseAfter(failure: CheckFailure, { jobId }: Job, deps: CheckDeps): Date | undefined {
  const now = deps.clock.now();
  if (failure.kind === 'limited') return failure.retryAt;
  if (failure.kind === 'unavailable') return plus(now, UNANSWERED);
  if (failure.kind === 'gone') return undefined;
  deps.log.warn('GitHub lets the App write no checks for this tenant; grant checks: write, and have it accepted', {
    job_id: jobId,
  });
  return plus(now, WITHOUT_RIGHT);
}

function subjectOf({ headSha, ...job }: Job): CheckSubject | undefined {
  return headSha === undefined ? undefined : { job, headSha };
}
