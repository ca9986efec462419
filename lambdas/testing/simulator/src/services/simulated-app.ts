import { HOUR, type GitHubApp, type GitHubFailure, type JobSearch } from '@multi-tenant-runner/core';
import type { Scheduler } from '../engine/scheduler';
import type { Allowances } from './allowances';
import type { Deliveries, DeliveryRecord } from './deliveries';
import type { SimulatedGitHub } from './simulated-github';
import { nameOf, type SimTenant } from '../scenario/model';
import { labelsOf, repositoryIdOf } from './payloads';
import { PRIVATE_REPOSITORIES, PUBLIC_REPOSITORY } from '../scenario/scenario';

const PAGE = 100;

/**
 * What recovery asks GitHub: as the App about its deliveries and installations, for an installation about its waiting
 * jobs.
 */
export function createSimulatedApp(deps: {
  readonly github: SimulatedGitHub;
  readonly deliveries: Deliveries;
  readonly scheduler: Scheduler;
  /** Absent: GitHub says nothing of what is left. */
  readonly allowances?: Allowances;
}): { readonly app: GitHubApp; readonly search: JobSearch } {
  const { github, deliveries, scheduler, allowances } = deps;
  const spent = (installationId: number) =>
    allowances === undefined ? {} : { budget: allowances.left(installationId) };
  const tenantOf = (installationId: number): SimTenant | GitHubFailure => {
    const tenant = github.tenantOf(installationId);
    if (tenant === undefined) return { kind: 'refused', status: 404, message: 'no such installation' };
    return tenant.suspended ? { kind: 'refused', status: 403, message: 'the installation is suspended' } : tenant;
  };

  const app: GitHubApp = {
    getApp: async () => ({ kind: 'app', appId: 4711 }),
    listDeliveries: async (cursor, only) => {
      const list = only === undefined ? deliveries.list : deliveries.failures;
      const end = cursor === undefined ? list.length : firstFrom(list, Number(cursor));
      const page = list.slice(Math.max(0, end - PAGE), end).reverse();
      const last = page.at(-1);
      return {
        kind: 'page',
        attempts: page.map(({ id, guid, deliveredAt, ok, redelivery, event, action, installationId }) => ({
          id: String(id),
          guid,
          deliveredAt: new Date(deliveredAt).toISOString(),
          succeeded: ok,
          redelivery,
          event,
          action,
          installationId,
        })),
        ...(last !== undefined && end > PAGE && { cursor: String(last.id) }),
      };
    },
    redeliver: async (attemptId) =>
      deliveries.redeliver(Number(attemptId))
        ? { kind: 'asked' }
        : { kind: 'refused', status: 404, message: 'Not Found' },
    listInstallations: async (page) => {
      const installed = github.tenants.flatMap(({ plan, login, installationId, suspended, changedAt }) =>
        installationId === undefined
          ? []
          : [
              {
                installationId,
                suspended,
                changedAt,
                account: { kind: 'owner' as const, id: plan.accountId, login, type: plan.type },
              },
            ],
      );
      return {
        kind: 'page',
        installations: installed.slice((page - 1) * PAGE, page * PAGE),
        more: installed.length > page * PAGE,
      };
    },
  };
  const search: JobSearch = {
    listRepositories: async (installationId) => {
      const tenant = tenantOf(installationId);
      if ('kind' in tenant) return tenant;
      const { login } = tenant;
      const { accountId, type } = tenant.plan;
      const pushedAt = new Date(scheduler.now() - HOUR).toISOString();
      const repositories = [...PRIVATE_REPOSITORIES, PUBLIC_REPOSITORY].map((name) => ({
        id: repositoryIdOf(tenant, name),
        owner: login,
        name: nameOf(tenant, name),
        ownerId: accountId,
        ownerType: type,
        isPublic: name === PUBLIC_REPOSITORY,
        pushedAt,
        dormant: false,
      }));
      return { kind: 'found', repositories, more: false, ...spent(installationId) };
    },
    listNewestRuns: async (installationId, repository) => {
      const tenant = tenantOf(installationId);
      if ('kind' in tenant) return tenant;
      const { runs, more } = github.runs.newestOf(tenant, repository.name);
      return {
        kind: 'found',
        runs: runs.map(({ jobId, isOpen, createdAt }) => ({
          runId: runIdOf(jobId),
          isOpen,
          createdAt: new Date(createdAt).toISOString(),
        })),
        more,
        ...spent(installationId),
      };
    },
    listOpenRuns: async (installationId, repository, { status, page }) => {
      const tenant = tenantOf(installationId);
      if ('kind' in tenant) return tenant;
      const found = github.runs.openOf(tenant, repository.name).filter((job) => job.status === status);
      const from = (page - 1) * PAGE;
      return {
        kind: 'found',
        runIds: found
          .map(({ id }) => runIdOf(id))
          .sort((a, b) => b - a)
          .slice(from, from + PAGE),
        more: found.length > from + PAGE,
        ...spent(installationId),
      };
    },
    listQueuedJobs: async (installationId, _repository, runId) => {
      const tenant = tenantOf(installationId);
      if ('kind' in tenant) return tenant;
      const job = github.job(jobIdOf(runId));
      return {
        kind: 'found',
        jobs:
          job?.tenant === tenant && job.status === 'queued'
            ? [
                {
                  jobId: job.id,
                  runId,
                  labels: labelsOf(job.plan),
                  queuedAt: new Date(job.queuedAt).toISOString(),
                },
              ]
            : [],
        ...spent(installationId),
      };
    },
  };
  return { app, search };
}

/** The index of the first delivery with this id or a higher one; their ids ascend. */
function firstFrom(list: readonly DeliveryRecord[], wanted: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.id ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Each job is a run of its own. */
const runIdOf = (jobId: number): number => jobId - 10_000;
const jobIdOf = (runId: number): number => runId + 10_000;
