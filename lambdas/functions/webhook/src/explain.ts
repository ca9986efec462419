import type { JobEvent, JobReason, Routed } from '@multi-tenant-runner/core';

const SENTENCES: Partial<Record<JobReason, string>> = {
  'unknown-tenant':
    "The job waits: its installation is not in the tenants table yet. It starts once GitHub's installation " +
    'event arrives.',
  'tenant-row-invalid': "The job waits: its tenant's row has an unknown status. It starts once the status is active.",
  'tenant-suspended': 'The job waits: its tenant is suspended. It starts once the tenant is active again.',
  'tenant-deleted': 'The job is refused: its tenant has uninstalled the App.',
  'foreign-owner': "The job is refused: the repository's owner is not the account of this installation.",
  'public-repository':
    'The job is refused: it belongs to a public repository, and allow_public_repositories is not set.',
  'tier-access': "The job is refused: its labels ask for a larger tier than the tenant's own.",
};

export function explainEvent(kind: JobEvent['kind']): string {
  if (kind !== 'waiting') return `Recorded that the job is ${kind}.`;
  return (
    'GitHub holds the job back, behind an environment or in a concurrency group; it starts once GitHub ' + 'queues it.'
  );
}

/** One sentence for GitHub's list of recent deliveries, where operators look first. */
export function explain(routed: Routed): string {
  switch (routed.kind) {
    case 'sent':
      return `The job was sent to the queue of tier ${routed.tier}.`;
    case 'known':
      return 'The job is already known from an earlier delivery.';
    default:
      return SENTENCES[routed.reason] ?? `The job is ${routed.kind}: ${routed.reason}.`;
  }
}
