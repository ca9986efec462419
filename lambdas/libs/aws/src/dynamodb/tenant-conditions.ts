import { DELETION_MARKS } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import type { Expression } from './expression';

export function keyOf(installationId: number): Item {
  return { installation_id: { N: String(installationId) } };
}

/** The row is a tenant's: a name makes it one, and a deletion leaves it one. */
export function existsAsTenant(expression: Expression): string {
  return expression.exists('org_name');
}

/** The row is a tenant's that was not deleted. */
export function isLivingTenant(expression: Expression): string {
  return (
    `${existsAsTenant(expression)} AND ${expression.name('status')} <> ${expression.value('deleted')} AND ` +
    `${isUnmarked(expression)}`
  );
}

/** A deletion is final, whatever an operator has made of the status since. */
export function isUnmarked(expression: Expression): string {
  return DELETION_MARKS.map((mark) => expression.isMissing(mark)).join(' AND ');
}
