import type { AccountStanding, SuspendedBy } from '@multi-tenant-runner/core';

export const ONBOARDING_MODES = ['automatic', 'allow_list', 'approval'] as const;

export interface OnboardingPolicy {
  readonly mode: (typeof ONBOARDING_MODES)[number];
  readonly allowedAccounts: AllowedAccounts;
}

export interface AllowedAccounts {
  readonly ids: ReadonlySet<number>;
  /** In lower case. A login counts for the one account that it is pinned to. */
  readonly logins: ReadonlySet<string>;
}

/** Whose suspension a new installation starts with; undefined: it may run jobs at once. */
export type FirstSuspension = Exclude<SuspendedBy, 'github'> | undefined;

/** `ask`: onboarding decides, as for an account that nobody has decided about. */
export function decideFirstSuspension(standing: AccountStanding): FirstSuspension | 'ask' {
  switch (standing) {
    case 'admitted':
      return undefined;
    case 'banned':
      return 'operator';
    case 'awaits-approval':
      return 'approval';
    case 'unknown':
      return 'ask';
  }
}

/**
 * Whether the list admits an account. A login may be all digits, so it is compared with logins only, and an id with ids
 * only. `resolve`: its login is on the list, and GitHub has to say whose it is.
 */
export function decideAllowed(
  account: { readonly id: number; readonly login: string },
  { ids, logins }: AllowedAccounts,
  pins: ReadonlyMap<string, number>,
): 'admitted' | 'not-listed' | 'login-of-another' | 'resolve' {
  if (ids.has(account.id)) return 'admitted';
  if ([...logins].some((login) => pins.get(login) === account.id)) return 'admitted';
  const login = account.login.toLowerCase();
  if (!logins.has(login)) return 'not-listed';
  return pins.has(login) ? 'login-of-another' : 'resolve';
}
