/** What the fake GitHub remembers. Plain data: the transitions beside it are pure, the HTTP on top of them is thin. */
export type AccountType = 'Organization' | 'User';
export type Access = 'read' | 'write';
export type Permissions = Readonly<Record<string, Access>>;

export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type: AccountType;
}

export interface Installation {
  readonly id: number;
  readonly account: Account;
  readonly state: 'active' | 'suspended' | 'deleted';
  readonly permissions: Permissions;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly suspendedAt?: number;
}

export interface Repository {
  readonly id: number;
  readonly accountId: number;
  readonly name: string;
  readonly public: boolean;
  /** The repository that it is a fork of. */
  readonly forkOf?: number;
}

export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  /** Absent: all of the organisation's. */
  readonly repositoryIds?: readonly number[];
}

/** A job behind an environment's gate may have been `queued` before, and is again once it opens. */
export type JobStatus = 'waiting' | 'queued' | 'in_progress' | 'completed';
export const CONCLUSIONS = [
  'success',
  'failure',
  'cancelled',
  'skipped',
  'timed_out',
  'neutral',
  'action_required',
] as const;
export type Conclusion = (typeof CONCLUSIONS)[number];

export interface Job {
  readonly id: number;
  readonly runId: number;
  readonly installationId: number;
  readonly accountId: number;
  readonly repositoryId: number;
  readonly name: string;
  /** None: it names only a runner group, as `runs-on: { group: … }` does. */
  readonly labels: readonly string[];
  readonly status: JobStatus;
  readonly conclusion: Conclusion | null;
  readonly queuedAt: number;
  readonly startedAt?: number;
  readonly completedAt?: number;
  readonly runner?: { readonly id: number; readonly name: string };
  /** Milliseconds; null runs until finished on request; undefined takes the sandbox's setting. */
  readonly lengthMs?: number | null;
  /** Of a public repository, which the account's runner group does not admit: GitHub's default. */
  readonly barred?: boolean;
  /** Of a repository that the App can't see: it takes runners, and no webhook comes. */
  readonly hidden?: boolean;
  /** Of a run that GitHub made from a workflow in the repository. */
  readonly workflow?: WorkflowJob;
}

/** What a workflow says of a job of its run. */
export interface WorkflowJob {
  /** Such as `.github/workflows/build.yml`. */
  readonly path: string;
  readonly name: string;
  /** Of the run, by its `run-name`. */
  readonly title?: string;
  readonly event: string;
  /** Such as `main`. */
  readonly branch: string;
  readonly sha: string;
  /** The reusable workflow that the job is of: `{owner}/{repo}/{path}@{full ref}`, and its commit. */
  readonly called?: { readonly ref: string; readonly sha: string };
  /** Whether its steps may ask for a token of GitHub's OpenID Connect provider. */
  readonly mayAskForToken: boolean;
  readonly steps: readonly Step[];
}

/** In all of them stands already what expressions name. */
export type Step =
  | {
      readonly kind: 'run';
      readonly name: string;
      readonly run: string;
      readonly env: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'checkout'; readonly ref: string }
  /** An action of somebody's, which the sandbox does not have. */
  | { readonly kind: 'action'; readonly uses: string };

export const DEPLOYMENT_STATES = [
  'error',
  'failure',
  'inactive',
  'in_progress',
  'queued',
  'pending',
  'success',
] as const;
export type DeploymentState = (typeof DEPLOYMENT_STATES)[number];

export interface DeploymentStatus {
  readonly id: number;
  readonly state: DeploymentState;
  readonly description: string;
  readonly environment: string;
  readonly environmentUrl: string;
  readonly logUrl: string;
  readonly at: number;
}

export interface Deployment {
  readonly id: number;
  readonly repositoryId: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly payload: unknown;
  readonly environment: string;
  readonly description: string | null;
  readonly transient: boolean;
  readonly production: boolean;
  readonly createdAt: number;
  /** Newest first. */
  readonly statuses: readonly DeploymentStatus[];
}

export interface Runner {
  readonly id: number;
  readonly name: string;
  /** A runner belongs to the account, not to the installation: it outlives an uninstall, as at GitHub. */
  readonly accountId: number;
  /** Set for a runner of one repository, absent for one of the organisation. */
  readonly repositoryId?: number;
  readonly labels: readonly string[];
  readonly groupId: number;
  readonly status: 'online' | 'offline';
  readonly jobId?: number;
  /** GitHub shows a runner's version only after its first connection. */
  readonly version: string | null;
  readonly clientId: string;
  readonly createdAt: number;
}

/** A check of the App on a commit. */
export interface CheckRun {
  readonly id: number;
  readonly installationId: number;
  readonly repositoryId: number;
  readonly name: string;
  readonly headSha: string;
  readonly externalId: string;
  readonly detailsUrl: string | null;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  readonly title: string | null;
  readonly summary: string | null;
  readonly startedAt: number;
  readonly completedAt?: number;
}

export type Clock = () => number;

/** GitHub's timestamps have whole seconds. */
export function timestamp(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
