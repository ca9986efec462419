import { readAccountPolicy, type Handover, type TenantLifecycle } from '@multi-tenant-runner/core';
import { fromAttributes } from './attributes';
import { Expression } from './expression';
import type { Settle } from './settle';
import type { Table } from './table';
import { existsAsTenant } from './tenant-conditions';
import { keyOf } from './tenant-registry';

/** How an operator's decisions pass from one installation of an account to the next. */
export function createAccountHandover(table: Table, settle: Settle): Pick<TenantLifecycle, 'handOver' | 'carryOver'> {
  return {
    handOver: (installationId, to) =>
      settle<Handover>(installationId, async (item) => {
        if (item?.['org_name'] === undefined) return { kind: 'none' };
        const successor = Number(item['replaced_by']?.N ?? to);
        const isTenant = successor !== to && (await table.get(keyOf(successor)))?.['org_name'] !== undefined;
        if (isTenant) return { kind: 'follow', to: successor };
        const expression = new Expression();
        const update = expression.update({ replaced_by: to });
        const condition = `${existsAsTenant(expression)} AND ${expression.isStill('replaced_by', item['replaced_by'])}`;
        const written = await table.update({ key: keyOf(installationId), expression, update, condition });
        return written.ok ? { kind: 'taken', policy: readAccountPolicy(fromAttributes(written.item)) } : 'again';
      }),

    carryOver: async (installationId, { status, suspended_by: suspendedBy, ...decisions }) => {
      const change = async (changes: Readonly<Record<string, unknown>>, lifts: boolean): Promise<void> => {
        if (Object.keys(changes).length === 0) return;
        const expression = new Expression();
        const update = expression.update(changes);
        // Otherwise always true: a row that is still to be created keeps what is written now.
        const condition = lifts
          ? `${expression.isMissing('suspended_by')} OR ${expression.name('suspended_by')} <> ${expression.value('github')}`
          : `${expression.isMissing('replaced_by')} OR ${expression.exists('replaced_by')}`;
        await table.update({ key: keyOf(installationId), expression, update, condition });
      };
      await change(decisions, false);
      await change({ status, suspended_by: suspendedBy }, status !== 'suspended');
    },
  };
}
