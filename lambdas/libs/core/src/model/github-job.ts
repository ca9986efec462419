import { isObject } from './schema';

/** `internal` repositories are private to an enterprise. What can't be told counts as public: that is the safe side. */
export function isPublicRepository(repository: unknown): boolean {
  if (!isObject(repository)) return true;
  const { visibility } = repository;
  return typeof visibility === 'string' ? visibility === 'public' : repository['private'] !== true;
}

/**
 * The later of the two times that a queued job carries: one that waited days at a gate was created long ago, and its
 * 24 hours in GitHub's queue begin when it is let through.
 */
export function queuedAtOf(job: unknown, now: Date): string {
  const { created_at: createdAt, started_at: startedAt, status } = isObject(job) ? job : {};
  const times = [createdAt, ...(status === 'queued' ? [startedAt] : [])]
    .map(instantOf)
    .filter((time) => time !== undefined);
  return times.sort().at(-1) ?? now.toISOString();
}

/** As long as names in workflows are; the row of a job must stay small. */
const LONGEST_NAME = 100;

/** The name of a job's workflow, as far as GitHub gives one. */
export function workflowOf(job: unknown): { readonly workflow?: string } {
  const name = isObject(job) ? job['workflow_name'] : undefined;
  return typeof name === 'string' && name !== '' ? { workflow: name.slice(0, LONGEST_NAME) } : {};
}

/** One of GitHub's times in our spelling; undefined if it is none. */
export function instantOf(value: unknown): string | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
