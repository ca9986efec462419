import type { AccountStanding } from '@multi-tenant-runner/core';
import { decideAllowed, decideFirstSuspension, type FirstSuspension } from './decide-admission';
import type { TenantManagerDeps } from './deps';
import type { OwnerEvent } from './owner-event';

/** Whether a new installation may run jobs at once, else whose suspension it starts with. */
export async function admitAccount(
  event: OwnerEvent,
  standing: AccountStanding,
  deps: TenantManagerDeps,
): Promise<FirstSuspension> {
  const decided = decideFirstSuspension(standing);
  if (decided !== 'ask') return decided;
  switch (deps.onboarding.mode) {
    case 'automatic':
      return undefined;
    case 'approval':
      return 'approval';
    case 'allow_list':
      return (await isAllowed(event, deps)) ? undefined : 'approval';
  }
}

async function isAllowed({ installationId, account }: OwnerEvent, deps: TenantManagerDeps): Promise<boolean> {
  const { allowedAccounts } = deps.onboarding;
  const pins = allowedAccounts.logins.size === 0 ? new Map<string, number>() : await deps.lifecycle.listPins();
  const decided = decideAllowed(account, allowedAccounts, pins);
  if (decided !== 'resolve') {
    if (decided === 'login-of-another')
      deps.log.warn('An account has a login of onboarding.allowed_accounts that is pinned to another account id', {
        org_name: account.login,
        account_id: account.id,
      });
    return decided === 'admitted';
  }
  const login = account.login.toLowerCase();
  if (!(await isPresentLogin(installationId, { id: account.id, login }, deps))) return false;
  return (await deps.lifecycle.pinLogin(login, account.id)) === account.id;
}

/** An event may be days old, and its login another account's by now: only GitHub's present answer is pinned. */
async function isPresentLogin(
  installationId: number,
  account: { readonly id: number; readonly login: string },
  deps: TenantManagerDeps,
): Promise<boolean> {
  const answer = await deps.github.getInstallation(installationId);
  if (answer.kind === 'unavailable' || answer.kind === 'limited') {
    throw new Error(
      `GitHub did not say whose login ${account.login} of onboarding.allowed_accounts is; retrying the event.`,
    );
  }
  const installation = answer.kind === 'found' ? answer.installation : undefined;
  return installation?.accountId === account.id && installation.login?.toLowerCase() === account.login;
}
