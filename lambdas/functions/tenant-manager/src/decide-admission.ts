import type { LifecycleAccount } from '@multi-tenant-runner/core';

export const ONBOARDING_MODES = ['automatic', 'allow_list', 'approval'] as const;

export interface OnboardingPolicy {
  readonly mode: (typeof ONBOARDING_MODES)[number];
  /** Logins in lower case, and numeric ids as digits. */
  readonly allowedAccounts: ReadonlySet<string>;
}

/**
 * Whether a new tenant runs jobs at once; else its row waits for the operator. A login may also be all digits, so an
 * entry of digits fits either.
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
