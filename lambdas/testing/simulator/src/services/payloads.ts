import { tiers } from '@multi-tenant-runner/testing';
import { nameOf, type SimJob, type SimTenant } from '../scenario/model';
import { PRIVATE_REPOSITORIES, PUBLIC_REPOSITORY, type JobPlan } from '../scenario/scenario';

/** The part of GitHub's `workflow_job` that the webhook reads. */
export function jobPayload(
  job: SimJob,
  action: 'waiting' | 'queued' | 'in_progress' | 'completed',
  installationId: number,
): Record<string, unknown> {
  const { plan, tenant } = job;
  const time = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(Math.floor(at / 1_000) * 1_000).toISOString();
  const runner = job.machine?.registration;
  return {
    action,
    workflow_job: {
      id: job.id,
      run_id: 60_000 + plan.number,
      head_sha: plan.number.toString(16).padStart(40, '0'),
      labels: labelsOf(plan),
      // GitHub announces a gate with either action.
      status: action === 'queued' ? job.status : action,
      conclusion: action === 'completed' ? (job.conclusion ?? null) : null,
      created_at: time(job.createdAt),
      // GitHub may repeat the first time even after a gate has opened.
      started_at: time(job.startedAt ?? job.createdAt),
      completed_at: time(job.completedAt),
      runner_id: runner?.id ?? null,
      runner_name: runner?.name ?? null,
    },
    repository: {
      id: repositoryIdOf(tenant, plan.repo),
      name: nameOf(tenant, plan.repo),
      private: !plan.isPublic,
      visibility: plan.isPublic ? 'public' : 'private',
      owner: { login: tenant.login, id: tenant.plan.accountId, type: tenant.plan.type },
    },
    installation: { id: installationId },
  };
}

export function installationPayload(
  tenant: SimTenant,
  action: string,
  installationId: number,
): Record<string, unknown> {
  const { login } = tenant;
  const { accountId, type } = tenant.plan;
  return {
    action,
    installation: {
      id: installationId,
      account: { login, id: accountId, type },
      target_type: type,
      updated_at: tenant.changedAt,
      suspended_at: tenant.suspended ? tenant.changedAt : null,
    },
    sender: { login: 'owner', id: 1 },
  };
}

/** GitHub's event for a renamed account. */
export function renamePayload(tenant: SimTenant, installationId: number): Record<string, unknown> {
  const { accountId, type, login: from } = tenant.plan;
  return {
    action: 'renamed',
    account: { login: tenant.login, id: accountId, type },
    changes: { login: { from } },
    target_type: type,
    installation: { id: installationId },
  };
}

/** Of the repository's first name, so that no rename changes it. */
export function repositoryIdOf(tenant: SimTenant, repo: string): number {
  return tenant.plan.accountId * 10 + [...PRIVATE_REPOSITORIES, PUBLIC_REPOSITORY].findIndex((name) => name === repo);
}

export function labelsOf(plan: JobPlan): readonly string[] {
  return plan.groupOnly === undefined ? (tiers().get(plan.tier)?.labels ?? []) : [];
}
