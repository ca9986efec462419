import { openShardOf, type TenantRegistry } from '@multi-tenant-runner/core';
import { Expression } from './expression';
import { OPEN_TENANTS, findTenantsIn } from './open-rows';
import type { Table } from './table';
import { keyOf } from './tenant-conditions';

const { shard: MARK } = OPEN_TENANTS;

/** The marks of tenants' rows. An admission makes them too, and writes their index only where there was none. */
export function createOpenMarks(table: Table): Pick<TenantRegistry, 'markOpen' | 'clearMark' | 'tenantsWithMark'> {
  return {
    markOpen: async (installationId) => {
      const expression = new Expression();
      const update = expression.update(markOf(installationId));
      // Always true: a row that a hand removed comes back as the mark alone.
      const condition = `${expression.isMissing(MARK)} OR ${expression.exists(MARK)}`;
      await table.update({ key: keyOf(installationId), expression, update, condition });
    },
    clearMark: async (installationId, { changes }) => {
      const expression = new Expression();
      const seen = changes === undefined ? undefined : { N: String(changes) };
      const update = expression.update({ [MARK]: null });
      const condition = `${expression.exists(MARK)} AND ${expression.isStill('slot_changes', seen)}`;
      return (await table.update({ key: keyOf(installationId), expression, update, condition })).ok;
    },
    tenantsWithMark: () => findTenantsIn(table, OPEN_TENANTS),
  };
}

export const markOf = (installationId: number): Readonly<Record<string, number>> => ({
  [MARK]: openShardOf(installationId),
});
