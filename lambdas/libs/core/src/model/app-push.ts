import { integer, object, optionalString, parse, string, type Parsed } from './schema';
import * as v from 'valibot';

/** What of GitHub's push event counts here. */
export interface PushEvent {
  readonly installationId: number;
  readonly repoId: number;
  readonly repository: string;
  readonly branch: string;
  /** Of the repository. */
  readonly defaultBranch?: string;
  /** Of the branch after the push. */
  readonly commit: string;
  readonly before?: string;
  readonly pushedAt: Date;
}

/** GitHub's word for "no commit": before a branch was made, and after it was removed. */
const NO_COMMIT = /^0+$/;

/** GitHub gives the time of a push in seconds since 1970, and in its REST API as a text. */
const pushedAt = v.pipe(
  v.union([v.number(), v.string()], 'is not a time'),
  v.transform((value) => new Date(typeof value === 'number' ? value * 1_000 : value)),
  v.check((date) => !Number.isNaN(date.getTime()), 'is not a time'),
);
const commit = v.pipe(v.string('is not a commit'), v.regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/, 'is not a commit'));
const push = object({
  ref: string,
  after: commit,
  before: optionalString,
  installation: object({ id: integer(1) }),
  repository: object({ id: integer(1), full_name: string, pushed_at: pushedAt, default_branch: optionalString }),
});

/**
 * Undefined: a tag, or a branch that was removed.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
 */
export function parsePush(payload: unknown): Parsed<PushEvent | undefined> {
  const parsed = parse(push, payload, { root: 'the push event' });
  if (!parsed.ok) return parsed;
  const { ref, after, before, installation, repository } = parsed.value;
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  if (branch === undefined || NO_COMMIT.test(after)) return { ok: true, value: undefined };
  return {
    ok: true,
    value: {
      installationId: installation.id,
      repoId: repository.id,
      repository: repository.full_name,
      branch,
      ...(repository.default_branch !== undefined && { defaultBranch: repository.default_branch }),
      commit: after,
      ...(before !== undefined && !NO_COMMIT.test(before) && { before }),
      pushedAt: repository.pushed_at,
    },
  };
}
