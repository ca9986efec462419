import { isMarkedDeleted } from './tenant';
import { CAP_ATTRIBUTES } from './usage-caps';

/**
 * What an operator decides about an account, apart from its status: attributes of a tenant's row that each new
 * installation of the account takes over as they are, invalid ones too.
 */
export const ACCOUNT_DECISIONS = [
  'tier',
  'max_runners',
  'allow_public_repositories',
  'runner_group',
  'notes',
  ...Object.values(CAP_ATTRIBUTES),
] as const;

/**
 * `banned`: suspended by an operator. `awaits-approval`: nobody let it in yet, or an operator removed it. `unknown`:
 * the row does not say, so onboarding decides as for a new account.
 */
export type AccountStanding = 'admitted' | 'banned' | 'awaits-approval' | 'unknown';

export interface AccountPolicy {
  readonly standing: AccountStanding;
  /** Plain values by attribute, of {@link ACCOUNT_DECISIONS}. */
  readonly decisions: Readonly<Record<string, unknown>>;
}

/** What was decided about the account of a row, living or deleted. */
export function readAccountPolicy(row: Readonly<Record<string, unknown>>): AccountPolicy {
  const decisions = Object.fromEntries(
    ACCOUNT_DECISIONS.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])),
  );
  return { standing: standingOf(row), decisions };
}

function standingOf(row: Readonly<Record<string, unknown>>): AccountStanding {
  const isGone = row['status'] === 'deleted' || isMarkedDeleted(row);
  switch (isGone ? row['status_before_deletion'] : row['status']) {
    case 'active':
      return 'admitted';
    case 'suspended':
      return byWhom(row['suspended_by']);
    case undefined:
      return 'unknown';
    default:
      return 'awaits-approval';
  }
}

/** GitHub lifts its own suspension when the App is installed again. A suspension without a name is an operator's. */
function byWhom(suspendedBy: unknown): AccountStanding {
  if (suspendedBy === 'github') return 'admitted';
  return suspendedBy === 'approval' ? 'awaits-approval' : 'banned';
}

/**
 * The status that a deletion found, which {@link readAccountPolicy} reads: an operator who sets it to deleted removes
 * the account, whose next installation waits for approval. Undefined: what the row remembers stays.
 */
export function statusBeforeDeletion(row: Readonly<Record<string, unknown>>): string | undefined {
  const { status } = row;
  if (status === 'active' || status === 'suspended') return status;
  return status === 'deleted' && row['status_before_deletion'] === undefined ? status : undefined;
}
