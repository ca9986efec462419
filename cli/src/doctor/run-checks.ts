import type { Check, Finding } from './check';
import { ACCOUNT_CHECKS } from './checks/account';
import { DATA_CHECKS } from './checks/data';
import { FLEET_CHECKS } from './checks/fleet';
import { FUNCTION_CHECKS } from './checks/functions';
import { GITHUB_CHECKS } from './checks/github';
import { MACHINE_CHECKS } from './checks/machines';
import type { Facts } from './facts';

export const CHECKS: readonly Check[] = [
  ...GITHUB_CHECKS,
  ...FUNCTION_CHECKS,
  ...DATA_CHECKS,
  ...FLEET_CHECKS,
  ...MACHINE_CHECKS,
  ...ACCOUNT_CHECKS,
];

/** What every check says, in their order. Pure. */
export function runChecks(facts: Facts): readonly Finding[] {
  return CHECKS.map((check) => check.run(facts));
}
