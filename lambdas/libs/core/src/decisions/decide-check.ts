import { isEnded, isGated, type Job } from '../model/job';
import { freeSlots, isOffboarded, type TenantLookup } from '../model/tenant';
import { HOUR, MINUTE, ageOf } from '../model/time';
import type { CheckText } from '../ports/check-runs';
import { explainJob } from './explain-job';

/** Nobody needs to be told of a wait that is over so soon. */
export const TOLD_AFTER = MINUTE;
/** A refusal that could not be told by then is told no more. */
const TOLD_WITHIN = HOUR;

/**
 * `open`: a check that goes on. `tell`: one that is over with its first word. `change`: it says something else now.
 * `close`: its job runs or is over. `settle`: whether GitHub has made it is not known. `forget`: there will be none.
 */
export type CheckStep =
  | { readonly kind: 'open' | 'tell' | 'change' | 'close' | 'settle'; readonly says: CheckText }
  | { readonly kind: 'forget' };

/**
 * What GitHub is to show on a job's commit next; undefined: nothing else than it does. A job that waits for a minute
 * gets a check, which is over as soon as it runs; a refused one gets one that is over. Pure.
 *
 * @param abandoned milliseconds after which nobody is at work on an `opening` check any more
 */
export function decideCheck(job: Job, lookup: TenantLookup, now: Date, abandoned: number): CheckStep | undefined {
  const { checkState } = job;
  if (checkState === 'done') return undefined;
  // No token of its installation can be had any more.
  if (isOffboarded(lookup)) return { kind: 'forget' };
  const says = describeCheck(job, lookup);
  if (checkState === 'opening') return ageOf(job.checkAt, now) < abandoned ? undefined : { kind: 'settle', says };
  if (checkState === 'open') {
    if (job.state === 'running' || isEnded(job.state)) return { kind: 'close', says };
    return job.state === 'parked' && says.title !== job.checkSays && !isNext(job, lookup)
      ? { kind: 'change', says }
      : undefined;
  }
  if (job.state === 'refused')
    return isTellable(job) && ageOf(job.endedAt, now) < TOLD_WITHIN ? { kind: 'tell', says } : { kind: 'forget' };
  // Left behind by a try that GitHub turned away.
  if (isEnded(job.state)) return { kind: 'forget' };
  return isTellable(job) && waitsLong(job, now) && !isNext(job, lookup) ? { kind: 'open', says } : undefined;
}

/** Of the index on checks: whether the job's row is to be read at all. */
export function mayNeedCheckStep({ state, checkState }: Pick<Job, 'state' | 'checkState'>): boolean {
  const waits = state === 'parked' || state === 'queued' || state === 'starting';
  return checkState !== 'open' || !waits;
}

/** GitHub itself says of a job that it holds back what it waits for. */
function waitsLong(job: Job, now: Date): boolean {
  return job.state === 'parked' && !isGated(job) && ageOf(job.queuedAt, now) >= TOLD_AFTER;
}

const isTellable = ({ headSha }: Job): boolean => headSha !== undefined;

/** A free slot is there: it goes on before anybody has read why it waits. */
function isNext({ reason }: Job, lookup: TenantLookup): boolean {
  return reason === 'limit' && lookup.kind === 'tenant' && freeSlots(lookup.tenant) > 0;
}

/**
 * The sentence of `mtr jobs why`, without what only the operator needs: codes of AWS, subnets, errors. On a commit that
 * everybody can see it names no figures of the tenant either.
 */
export function describeCheck(job: Job, lookup: TenantLookup): CheckText {
  const { capacityErrors: _capacity, error: _error, machineEnd: _end, ...known } = job;
  const seen: TenantLookup = job.isPublic ? { kind: 'none', installationId: job.installationId, problems: [] } : lookup;
  const { sentence, ends } = explainJob(known, { lookup: seen });
  return { title: sentence, summary: ends === undefined ? sentence : `${ends}.` };
}
