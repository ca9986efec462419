import type { GitHub, GitHubFailure } from '@multi-tenant-runner/core';
import type { Registrations } from './registrations';

export interface InMemoryInstallation {
  login: string;
  suspended: boolean;
  /** Absent: GitHub names no account. */
  readonly accountId?: number;
  readonly type?: 'Organization' | 'User';
  changedAt?: string;
}

export interface InMemoryRegistration {
  readonly id: number;
  readonly name: string;
  readonly installationId: number;
  /** Lower case: `acme`, or `acme/app` for a runner of one repository. Follows renames. */
  where: string;
  readonly labels: readonly string[];
  readonly groupId?: number;
  online: boolean;
  busy: boolean;
}

export interface InMemoryGitHubJob {
  status: string;
  conclusion?: string;
  runnerName?: string;
}

/**
 * A group of an organisation's runners. The default group of every organisation has the id 1 and takes all
 * repositories.
 */
export interface InMemoryRunnerGroup {
  readonly id: number;
  readonly name: string;
  /** Absent: all of them. */
  readonly repositories?: readonly string[];
}

export interface InMemoryGitHub extends GitHub {
  /** GitHub answers 404 for any other installation. */
  readonly installations: Map<number, InMemoryInstallation>;
  readonly registrations: Registrations;
  readonly jobs: Map<number, InMemoryGitHubJob>;
  /** By installation, in addition to the default group; a group with id 1 replaces that. */
  readonly runnerGroups: Map<number, readonly InMemoryRunnerGroup[]>;
  /** Repositories as `owner/name`, lower case, that the App can no longer access: transferred, or deselected. */
  readonly unseen: Set<string>;
  /** Renames the account: its runners move along, GitHub answers 404 to the old login and mints tokens as before. */
  renameOwner(installationId: number, login: string): void;
  /** GitHub redirects the old name to the new one until another repository takes the old name. */
  renameRepository(from: string, to: string): void;
  /** Answers the failure until undone (or `times` times), for one installation or all, one method or all. */
  fail(
    failure: GitHubFailure,
    options?: { readonly installationId?: number; readonly method?: keyof GitHub; readonly times?: number },
  ): () => void;
}
