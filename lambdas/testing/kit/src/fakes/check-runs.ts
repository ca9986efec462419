import type { CheckFailure, CheckRuns, CheckSubject, CheckText, JobPlace } from '@multi-tenant-runner/core';

export interface InMemoryCheckRun extends CheckText {
  readonly checkId: number;
  readonly installationId: number;
  readonly jobId: number;
  readonly headSha: string;
  status: 'queued' | 'completed';
}

export interface InMemoryCheckRuns extends CheckRuns {
  readonly runs: InMemoryCheckRun[];
  /** Requests that change something at GitHub, by installation. */
  readonly writes: number[];
  /** Answers the failure until undone. `done`: although GitHub does what it is asked for. */
  fail(failure: CheckFailure, options?: { readonly done?: boolean }): () => void;
}

export function createInMemoryCheckRuns(): InMemoryCheckRuns {
  const runs: InMemoryCheckRun[] = [];
  const writes: number[] = [];
  let failure: CheckFailure | undefined;
  let isDone = false;
  const isOf =
    ({ installationId }: JobPlace, { job, headSha }: CheckSubject) =>
    (run: InMemoryCheckRun): boolean =>
      run.installationId === installationId && run.jobId === job.jobId && run.headSha === headSha;
  return {
    runs,
    writes,
    fail: (given, { done = false } = {}) => {
      failure = given;
      isDone = done;
      return () => (failure = undefined);
    },
    create: async (place, { job, headSha }, content) => {
      if (failure !== undefined && !isDone) return failure;
      writes.push(place.installationId);
      const checkId = 7_000 + runs.length;
      runs.push({ checkId, installationId: place.installationId, jobId: job.jobId, headSha, ...content });
      return failure ?? { kind: 'created', checkId };
    },
    update: async (place, checkId, content) => {
      if (failure !== undefined) return failure;
      const run = runs.find((one) => one.checkId === checkId && one.installationId === place.installationId);
      if (run === undefined) return { kind: 'gone' };
      writes.push(place.installationId);
      Object.assign(run, content);
      return { kind: 'updated' };
    },
    find: async (place, subject) => {
      if (failure !== undefined) return failure;
      const run = runs.find(isOf(place, subject));
      return { kind: 'found', ...(run && { checkId: run.checkId }) };
    },
  };
}
