import type { AccountStanding, LifecycleAccount, SuspendedBy } from '@multi-tenant-runner/core';

export const ONBOARDING_MODES = ['automatic', 'allow_list', 'approval'] as const;

export interface OnboardingPolicy {
  readonly mode: (typeof ONBOARDING_MODES)[number];
  /** Logins in lower case, and numeric ids as digits. */
  readonly allowedAccounts: ReadonlySet<string>;
}

/** Whose suspension a new installation starts with; undefined: it may run jobs at once. */
export function decideFirstSuspension(
  account: Extract<LifecycleAccount, { kind: 'owner' }>,
  standing: AccountStanding,
  policy: OnboardingPolicy,
): Exclude<SuspendedBy, 'github'> | undefined {
  switch (standing) {
    case 'admitted':
      return undefined;
    case 'banned':
      return 'operator';
    case 'awaits-approval':
      return 'approval';
    case 'unknown':
      return mayRunAtOnce(account, policy) ? undefined : 'approval';
  }
}

/**
 * Whether a new tenant may run jobs at once or needs the operator's approval. A login may be all digits, so an entry of
 * digits matches both ids and logins.
 */
export function mayRunAtOnce(account: Extract<LifecycleAccount, { kind: 'owner' }>, policy: OnboardingPolicy): boolean {
  switch (policy.mode) {
    case 'automatic':
      return true;
    case 'approval':
      return false;
    case 'allow_list':
      return policy.allowedAccounts.has(String(account.id)) || policy.allowedAccounts.has(account.login.toLowerCase());
  }
}
