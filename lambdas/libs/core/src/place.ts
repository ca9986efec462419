import type { Job } from './job';
import type { Launch, RunnerScope } from './launch';
import type { TenantLookup } from './tenant';

/** Whose runners are spoken of. */
export interface RunnerPlace {
  readonly installationId: number;
  readonly owner: string;
  /** The account's id: another account that has taken the login is another owner. */
  readonly ownerId?: number;
  readonly scope: RunnerScope;
  /** Of a repository's runners: its id, which no rename changes. */
  readonly repoId?: number;
}

/** The repository that a job is of. */
export interface JobPlace {
  readonly installationId: number;
  readonly owner: string;
  readonly ownerId?: number;
  readonly repo: string;
  readonly repoId?: number;
}

/**
 * Where a launch's runner is registered now. GitHub answers 404 for an owner's earlier login, so what the row of a launch
 * remembers of it is only a record: the tenant's row follows renames.
 * https://docs.github.com/en/organizations/managing-organization-settings/renaming-an-organization#changes-that-arent-automatic
 */
export function placeOfLaunch(launch: Launch, lookup: TenantLookup): RunnerPlace {
  const owner = loginOf(lookup) ?? launch.owner;
  const { installationId, repoId } = launch;
  const scope: RunnerScope = launch.scope === 'org' ? 'org' : `${owner}/${launch.scope.slice(launch.scope.indexOf('/') + 1)}`;
  const ownerId = lookup.kind === 'tenant' ? lookup.tenant.accountId : undefined;
  return { installationId, owner, ...(ownerId !== undefined && { ownerId }), scope, ...(repoId !== undefined && { repoId }) };
}

/** A job, or what a delivery says of it: the newest name of its repository that was heard of. */
export function placeOfJob(job: Pick<Job, 'installationId' | 'owner' | 'ownerId' | 'repo' | 'repoId'>, lookup: TenantLookup): JobPlace {
  const { installationId, owner, ownerId, repo, repoId } = job;
  return { installationId, owner: loginOf(lookup) ?? owner, ownerId, repo, ...(repoId !== undefined && { repoId }) };
}

/** Whether two launches' runners take the same jobs, whatever owner and repository were called when each was made. */
export function isSamePlace(one: Launch, other: Launch): boolean {
  if (one.scope === 'org' || other.scope === 'org' || one.repoId === undefined || other.repoId === undefined) return one.scope === other.scope;
  return one.repoId === other.repoId;
}

function loginOf(lookup: TenantLookup): string | undefined {
  return lookup.kind === 'tenant' ? lookup.tenant.orgName : undefined;
}
