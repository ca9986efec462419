import { MODULE_ROW, readAccountPolicy, type Handover, type TenantLifecycle } from '@multi-tenant-runner/core';
import { fromAttributes } from './attributes';
import { Expression } from './expression';
import { PIN, parsePins } from './login-pins';
import type { Settle } from './settle';
import type { Table } from './table';
import { existsAsTenant, keyOf } from './tenant-conditions';

/** How decisions are kept for an account: they pass from one of its installations to the next. */
export function createAccountHandover(
  table: Table,
  settle: Settle,
): Pick<TenantLifecycle, 'handOver' | 'carryOver' | 'listPins' | 'pinLogin'> {
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

    listPins: async () => parsePins(await table.get(keyOf(MODULE_ROW))),

    pinLogin: async (login, accountId) => {
      const expression = new Expression();
      const name = expression.name(`${PIN}${login}`);
      const update = `SET ${name} = if_not_exists(${name}, ${expression.value(accountId)})`;
      const condition = `${expression.isMissing('org_name')}`;
      const written = await table.update({ key: keyOf(MODULE_ROW), expression, update, condition });
      return Number(written.item?.[`${PIN}${login}`]?.N);
    },

    carryOver: async (installationId, { status, suspended_by: suspendedBy, ...decisions }) => {
      const change = async (changes: Readonly<Record<string, unknown>>, lifts: boolean): Promise<void> => {
        if (Object.keys(changes).length === 0) return;
        const expression = new Expression();
        const update = expression.update(changes);
        // Otherwise always true: a row that is still to be created keeps what is written now.
        const condition = lifts
          ? `${expression.isMissing('suspended_by')} OR NOT ${expression.equals('suspended_by', 'github')}`
          : `${expression.isMissing('replaced_by')} OR ${expression.exists('replaced_by')}`;
        await table.update({ key: keyOf(installationId), expression, update, condition });
      };
      await change(decisions, false);
      await change({ status, suspended_by: suspendedBy }, status !== 'suspended');
    },
  };
}
