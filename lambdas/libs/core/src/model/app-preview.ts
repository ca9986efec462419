import { integer, object, oneOf, parse, type Parsed } from './schema';

/** Whose copy an app is, for which pull request. */
export interface PreviewOf {
  readonly app: string;
  readonly pullRequest: number;
  /** What it was asked to show last. */
  readonly commit?: string;
  /** ISO 8601: so long after that commit. */
  readonly expiresAt: string;
  /** Why it went by itself: a pull request that is open again brings one that was closed back. */
  readonly ended?: 'closed' | 'expired';
}

/** A pull request as GitHub has it now. */
export interface PullRequest {
  readonly isOpen: boolean;
  readonly commit: string;
  readonly branch: string;
  /** The branch that it is to be merged into. */
  readonly base: string;
  /** Of the repository that the branch is in; absent where that is gone. */
  readonly fromRepoId?: number;
}

/** Something happened to a pull request: GitHub is asked what it is now, so order and repetition do not count. */
export interface PullEvent {
  readonly installationId: number;
  readonly repoId: number;
  readonly number: number;
}

/** What may change whether there is a preview, or of what commit. */
const ACTIONS = ['opened', 'reopened', 'synchronize', 'closed', 'edited'] as const;
const event = object({
  action: oneOf(ACTIONS),
  number: integer(1),
  installation: object({ id: integer(1) }),
  repository: object({ id: integer(1) }),
});

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request */
export function parsePullEvent(payload: unknown): Parsed<PullEvent> {
  const parsed = parse(event, payload, { root: 'the pull_request event' });
  if (!parsed.ok) return parsed;
  const { number, installation, repository } = parsed.value;
  return { ok: true, value: { number, installationId: installation.id, repoId: repository.id } };
}

/**
 * No app can be declared under such a name, as it has two dashes, so nobody has it but the app's own tenant. It is one
 * label of at most 38 characters, below the certificate of `*.<domain>`.
 */
export function previewNameOf(app: string, pullRequest: number): string {
  return `pr-${pullRequest}--${app}`;
}
