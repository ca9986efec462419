import type { JobPlace, RunnerPlace } from '../model/place';

/** `refused`: 401, 403 (no limit), 404 or 422. `limited`: come back at `retryAt`. `unavailable`: 5xx or no answer. */
export type GitHubFailure =
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  | { readonly kind: 'limited'; readonly retryAt: Date }
  | { readonly kind: 'unavailable'; readonly message: string };

export interface Registration {
  readonly id: number;
  readonly name: string;
  readonly online: boolean;
  readonly busy: boolean;
}

/** By name as the tenant's row has it, or by the id that a tier is configured with. */
export type RunnerGroupName = string | number;

/**
 * `leaves-out`: the group is there, but takes no jobs of the repository. `none`: the organisation has no such group.
 */
export type RunnerGroupAnswer =
  | {
      readonly kind: 'found';
      readonly groupId: number;
      /** It takes jobs of every private repository. */
      readonly isForAll: boolean;
      /** GitHub has just said so; else it did to another launch a moment ago. */
      readonly isNews: boolean;
    }
  | { readonly kind: 'leaves-out' | 'none' }
  | GitHubFailure;

export interface GitHub {
  /** Makes sure that the token for the place can be had, so that no machine starts for nothing. */
  authorize(place: RunnerPlace): Promise<{ readonly kind: 'ok' } | GitHubFailure>;
  /**
   * A runner group of the organisation, as far as it may run jobs of the repository. Ids differ in each organisation.
   */
  findRunnerGroup(place: RunnerPlace, group: RunnerGroupName, repo: string): Promise<RunnerGroupAnswer>;
  createJitConfig(
    place: RunnerPlace,
    runner: { readonly name: string; readonly labels: readonly string[]; readonly runnerGroupId: number },
  ): Promise<
    | { readonly kind: 'created'; readonly runnerId: number; readonly jitConfig: string }
    | { readonly kind: 'exists' }
    | GitHubFailure
  >;
  findRunner(
    place: RunnerPlace,
    name: string,
  ): Promise<{ readonly kind: 'found'; readonly runner?: Registration } | GitHubFailure>;
  /** Names of the runners that are registered there, of the first thousand. */
  listRunners(
    place: RunnerPlace,
  ): Promise<{ readonly kind: 'found'; readonly names: readonly string[]; readonly isMore: boolean } | GitHubFailure>;
  getRunner(
    place: RunnerPlace,
    runnerId: number,
  ): Promise<{ readonly kind: 'found'; readonly runner?: Registration } | GitHubFailure>;
  deleteRunner(
    place: RunnerPlace,
    runnerId: number,
  ): Promise<{ readonly kind: 'deleted' | 'absent' | 'busy' } | GitHubFailure>;
  /** Without a job: there is none, for the repository can be seen. One that can't be is a refusal. */
  getJob(
    place: JobPlace,
    jobId: number,
  ): Promise<
    | {
        readonly kind: 'found';
        readonly job?: { readonly status: string; readonly conclusion?: string; readonly runnerName?: string };
      }
    | GitHubFailure
  >;
  /** As the App itself. Undefined: GitHub knows no such installation. */
  getInstallation(installationId: number): Promise<
    | {
        readonly kind: 'found';
        readonly installation?: { readonly suspended: boolean; readonly login?: string; readonly accountId?: number };
      }
    | GitHubFailure
  >;
}
