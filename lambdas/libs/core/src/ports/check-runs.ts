import type { Job } from '../model/job';
import type { JobPlace } from '../model/place';
import type { GitHubFailure } from './github';

/** What a check says. */
export interface CheckText {
  /** One sentence. */
  readonly title: string;
  readonly summary: string;
}

/** Of which job a check is. Its `externalId` is the job's own, so that it is found again. */
export interface CheckSubject {
  readonly job: Pick<Job, 'jobId' | 'runId' | 'workflow'>;
  readonly headSha: string;
}

/**
 * `not-granted`: the installation gives the App no right to write checks. `gone`: the commit or the check is not there.
 */
export type CheckFailure =
  | { readonly kind: 'not-granted' | 'gone' }
  | Extract<GitHubFailure, { readonly kind: 'limited' | 'unavailable' }>;

/**
 * Checks on commits. `queued` goes on; `completed` is over, with a conclusion that fails nothing.
 * https://docs.github.com/en/rest/checks/runs
 */
export interface CheckRuns {
  create(
    place: JobPlace,
    subject: CheckSubject,
    content: CheckText & { readonly status: 'queued' | 'completed' },
  ): Promise<{ readonly kind: 'created'; readonly checkId: number } | CheckFailure>;
  /** Without a status it goes on, or is over, as before. */
  update(
    place: JobPlace,
    checkId: number,
    content: CheckText & { readonly status?: 'completed' },
  ): Promise<{ readonly kind: 'updated' } | CheckFailure>;
  /** The job's check, should there be one. */
  find(
    place: JobPlace,
    subject: CheckSubject,
  ): Promise<{ readonly kind: 'found'; readonly checkId?: number } | CheckFailure>;
}
