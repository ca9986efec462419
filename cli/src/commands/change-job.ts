import { changeJob, decideCancel, decideRetry, type Job } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem, changed } from '../problem';
import { findJob, type JobRef } from '../read/find-job';
import { recordChange, requireReason } from './record-change';
import type { ChangeOptions } from './tenants';

/** Takes back what a job holds here, or tries it again. */
export async function changeOneJob(
  verb: 'cancel' | 'retry',
  name: JobRef,
  options: ChangeOptions,
  fleet: Fleet,
): Promise<Answer> {
  requireReason(options);
  const { job } = await findJob(name, fleet);
  const { installationId, jobId, state, reason } = job;
  const decision = verb === 'cancel' ? decideCancel(job) : decideRetry(job, fleet.clock.now());
  const { kind, sentence } = decision;
  if (kind === 'refuse') throw new Problem(sentence, EXIT.refused);
  const fields = { job: jobId, state, reason };
  if (kind === 'nothing') return { kind: 'fields', fields, sentence };
  if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true }, sentence };
  const action = verb === 'cancel' ? 'job.cancelled' : 'job.retried';
  const before = { state, ...(reason !== undefined && { reason }) };
  const id = await recordChange({ installationId, action, before, after: { job_id: jobId } }, options, fleet);
  const written = await changeJob(job, decision, id, fleet);
  if (!written.ok) throw changed(`Job ${jobId} has gone on in the meantime, so nothing was written; look again.`);
  const { row } = written;
  const atGitHub = verb === 'cancel' ? cancelAtGitHub(job) : undefined;
  return {
    kind: 'fields',
    fields: { job: jobId, state: row.state, reason: row.reason, next_try: row.nextTry, at_github: atGitHub },
    sentence,
  };
}

/** Of the whole run: GitHub cancels no single job. */
function cancelAtGitHub({ owner, repo, runId }: Job): string {
  return `gh run cancel ${runId} --repo ${owner}/${repo}`;
}
