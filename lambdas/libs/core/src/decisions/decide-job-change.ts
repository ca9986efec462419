import { isEnded, isGated, type Job } from '../model/job';

/** `now`: a waiting job is due at once. `ask`: GitHub is asked whether it has a job that is over here in its queue. */
export type JobChangeDecision =
  | { readonly kind: 'cancel' | 'now' | 'ask'; readonly sentence: string }
  /** The row says so already. */
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

/**
 * Whether an operator may take back what a job holds here. GitHub keeps it in its queue until its run is cancelled
 * there, which an App without `actions: write` may not do; until then another runner of the tenant may take it.
 */
export function decideCancel(job: Job): JobChangeDecision {
  const name = nameOf(job);
  if (isEnded(job.state)) return { kind: 'nothing', sentence: `${name} is over already: ${job.state}.` };
  if (job.state === 'running')
    return {
      kind: 'refuse',
      sentence: `${name} runs on ${job.runnerName ?? 'its runner'}. Cancel its run at GitHub, or end its machine.`,
    };
  return {
    kind: 'cancel',
    sentence:
      `${name} gets no runner any more; a machine that was started for it ends within a minute or two. ` +
      'GitHub has it in its queue until its run is cancelled there, and may give it to another runner of the tenant.',
  };
}

/** Whether an operator's wish can start a job earlier than by itself, or after an end that we decided. */
export function decideRetry(job: Job, now: Date): JobChangeDecision {
  const name = nameOf(job);
  if (isEnded(job.state))
    return job.reason === undefined
      ? { kind: 'refuse', sentence: `GitHub ended ${name}; run it again there, which makes a new job.` }
      : { kind: 'ask', sentence: `GitHub is asked about ${name}: if it still has it in its queue, it starts.` };
  if (job.state !== 'parked')
    return { kind: 'nothing', sentence: `${name} is ${job.state}, so there is nothing to try again.` };
  if (isGated(job))
    return { kind: 'refuse', sentence: `GitHub holds ${name} back, for an approval, a wait timer or a group.` };
  if (job.nextTry === undefined || Date.parse(job.nextTry) <= now.getTime())
    return { kind: 'nothing', sentence: `${name} is due already: it starts as soon as its tenant has a free slot.` };
  return { kind: 'now', sentence: `${name} is tried again within a minute.` };
}

const nameOf = ({ jobId, owner, repo }: Job): string => `Job ${jobId} of ${owner}/${repo}`;
