import type { Explanation, JobFacts } from './facts';
import { ACTORS, duration, moment, secondsBetween, sentence } from './words';

export type JobName =
  | { readonly ok: true; readonly jobId: number; readonly owner?: string }
  | { readonly ok: false; readonly problem: string };

const ADDRESS = /^https?:\/\/[^/]+\/([^/]+)\/[^/]+\/actions\/runs\/\d+(?:\/attempts\/\d+)?\/job\/(\d+)(?:[/?#].*)?$/;

/** A job by the address of its page at GitHub, or by its id. Pure. */
export function parseJobName(text: string): JobName {
  const trimmed = text.trim();
  const [, owner, job] = ADDRESS.exec(trimmed) ?? [];
  if (owner !== undefined && job !== undefined) return { ok: true, jobId: Number(job), owner };
  if (/^[1-9]\d{0,15}$/.test(trimmed)) return { ok: true, jobId: Number(trimmed) };
  const problem =
    trimmed === ''
      ? "Paste the address of a job's page at GitHub, or its id."
      : "That is neither a job's id nor the address of its page, which ends with …/actions/runs/<run>/job/<job>.";
  return { ok: false, problem };
}

export interface WhyView {
  readonly sentence: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly timeline: readonly Moment[];
}

export interface Moment {
  readonly what: string;
  readonly at: string;
  /** How long after the moment before. */
  readonly after?: string;
}

/** Why a job waits or what became of it. Pure. */
export function whyView(why: Explanation, job: JobFacts, now: Date): WhyView {
  return {
    sentence: why.sentence,
    facts: [
      ['State', why.state],
      ['For', duration(secondsBetween(why.since, now))],
      ...(why.position === undefined ? [] : [['Place among the waiting', String(why.position)] as const]),
      ...(why.ends === undefined ? [] : [['What ends it', sentence(why.ends)] as const]),
      ...(why.next_try === undefined ? [] : [['Next try', `${moment(why.next_try)} UTC`] as const]),
      ['Who can act', sentence(ACTORS[why.actor])],
      ['Size', job.size],
      ...(job.restarts === 0 ? [] : [['Machines that came to nothing', String(job.restarts)] as const]),
    ],
    timeline: timelineOf(job),
  };
}

function timelineOf(job: JobFacts): readonly Moment[] {
  const where = job.runner_name === undefined ? '' : `: ${job.runner_name}`;
  const how = job.conclusion === undefined ? '' : `: ${job.conclusion}`;
  const steps: readonly (readonly [string, string | undefined])[] = [
    ["In GitHub's queue", job.queued_at],
    ['GitHub holds it back', job.held_by_github_since],
    ['A runner of its tenant is free', job.starting_at],
    ['EC2 is asked for a machine', job.machine_asked_at],
    ['The runner is registered at GitHub', job.machine_ready_at],
    [`GitHub gives it to a runner${where}`, job.started_at],
    [`Over${how}`, job.ended_at],
  ];
  const known = steps.flatMap(([what, at]) => (at === undefined ? [] : [{ what, at }]));
  // Of what came late, such as a second machine, the times are not in the order of the steps.
  const ordered = [...known].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return ordered.map(({ what, at }, index) => {
    const before = ordered[index - 1];
    const after = before === undefined ? undefined : `+ ${duration(secondsBetween(before.at, at))}`;
    return { what, at: moment(at), ...(after !== undefined && { after }) };
  });
}
