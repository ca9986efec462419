import {
  integer,
  isObject,
  isPublicRepository,
  needOf,
  object,
  optionalString,
  orgType,
  queuedAtOf,
  workflowOf,
  read,
  string,
  strings,
  type Clock,
  type ListedRun,
  type Repository,
  type WaitingJob,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';

const run = object({ id: integer(1), status: v.optional(v.unknown()), created_at: optionalString });
const job = object({ id: integer(1), labels: strings, status: v.unknown(), head_sha: optionalString });
const repository = object({
  id: v.fallback(v.optional(integer(1)), undefined),
  name: string,
  owner: object({ login: string, id: integer(), type: orgType }),
  archived: v.optional(v.unknown()),
  disabled: v.optional(v.unknown()),
  pushed_at: optionalString,
});

/** The list of this name in an answer; undefined in one of another form. */
export function listIn(data: unknown, name: string): readonly unknown[] | undefined {
  const listed = isObject(data) ? data[name] : undefined;
  return Array.isArray(listed) ? listed : undefined;
}

/** Repositories without an owner are skipped, as no rule can apply to them. */
export function parseRepository(value: unknown): Repository[] {
  const listed = read(repository, value);
  if (listed === undefined) return [];
  const { id, pushed_at: pushedAt } = listed;
  return [
    {
      owner: listed.owner.login,
      ownerId: listed.owner.id,
      ownerType: listed.owner.type,
      name: listed.name,
      ...(id !== undefined && { id }),
      isPublic: isPublicRepository(value),
      dormant: listed.archived === true || listed.disabled === true,
      ...(pushedAt !== undefined && { pushedAt }),
    },
  ];
}

export function parseJob(value: unknown, runId: number, clock: Clock): WaitingJob[] {
  const listed = read(job, value);
  if (listed === undefined || needOf(listed.status) !== 'machine') return [];
  return [
    {
      jobId: listed.id,
      runId,
      labels: listed.labels,
      queuedAt: queuedAtOf(value, clock.now()),
      ...workflowOf(value),
      ...(listed.head_sha !== undefined && { headSha: listed.head_sha }),
    },
  ];
}

/** A run without an id is skipped. One whose status is unknown may still have a job that waits. */
export function parseRun(value: unknown): ListedRun[] {
  const listed = read(run, value);
  if (listed === undefined) return [];
  const { id, status, created_at: createdAt } = listed;
  return [{ runId: id, isOpen: status !== 'completed', ...(createdAt !== undefined && { createdAt }) }];
}
