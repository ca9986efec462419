import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DELETION_MARKS,
  isMarkedDeleted,
  statusBeforeDeletion,
  type Clock,
  type LifecycleOutcome,
  type NewTenant,
  type TenantLifecycle,
} from '@multi-tenant-runner/core';
import { fromAttributes } from './attributes';
import { createAccountHandover } from './account-handover';
import { decideSuspensionOrder, type Turn } from './decide-suspension-order';
import { Expression } from './expression';
import { createSettle } from './settle';
import { createTable } from './table';
import { isLivingTenant, isUnmarked, keyOf } from './tenant-conditions';

export interface TenantLifecycleDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
  readonly clock: Clock;
}

const ACCOUNT_INDEX = 'account-id-index';

export function createDynamoTenantLifecycle({ client, tableName, clock }: TenantLifecycleDeps): TenantLifecycle {
  const table = createTable(client, tableName);
  const write = async (
    installationId: number,
    expression: Expression,
    update: string,
    condition: string,
  ): Promise<boolean> => (await table.update({ key: keyOf(installationId), expression, update, condition })).ok;

  const settle = createSettle(table, tableName);

  const turn = (installationId: number, changedAt: string, to: Turn, settled = false): Promise<LifecycleOutcome> =>
    settle<LifecycleOutcome>(installationId, async (item) => {
      const at = new Date(changedAt).toISOString();
      const decision = decideSuspensionOrder(item, { to, at, settled });
      if (decision.kind === 'leave') return decision.outcome;
      const expression = new Expression();
      const status = {
        status: to,
        suspended_by: to === 'suspended' ? 'github' : null,
        updated_at: clock.now().toISOString(),
      };
      const update = expression.update({ github_changed_at: at, ...(decision.outcome === 'changed' && status) });
      const pins = ['org_name', 'status', 'suspended_by', 'github_changed_at', ...DELETION_MARKS].map((name) =>
        expression.isStill(name, item?.[name]),
      );
      return (await write(installationId, expression, update, pins.join(' AND '))) ? decision.outcome : 'again';
    });

  return {
    create: (entry) =>
      settle<boolean>(entry.installationId, async (item) => {
        const status = item?.['status'];
        if (item?.['org_name'] !== undefined || status?.S === 'deleted' || isMarkedDeleted(item)) return false;
        const expression = new Expression();
        const now = entry.now.toISOString();
        const kept = {
          tier: entry.tier,
          max_runners: entry.maxRunners,
          ...entry.decisions,
          created_at: now,
          updated_at: now,
        };
        const update = expression.update({
          org_name: entry.orgName,
          org_type: entry.orgType,
          account_id: entry.accountId,
          ...(status?.S === 'suspended' ? { status: 'suspended' } : firstStatus(entry, status?.S)),
          previous_installation_id: entry.previousInstallationId,
        });
        const keeping = Object.entries(kept).map(([name, value]) => keep(expression, name, value));
        const condition =
          `${expression.isMissing('org_name')} AND ${expression.isStill('status', status)} AND ` +
          `${isUnmarked(expression)}`;
        return (await write(entry.installationId, expression, `${update}, ${keeping.join(', ')}`, condition))
          ? true
          : 'again';
      }),

    suspend: (installationId, changedAt, options) => turn(installationId, changedAt, 'suspended', options?.settled),
    unsuspend: (installationId, changedAt, options) => turn(installationId, changedAt, 'active', options?.settled),

    markDeleted: (installationId, account, now) =>
      settle<boolean>(installationId, async (item) => {
        // An operator who only sets the status leaves the clean-up to this function; after any other status the row is
        // set to deleted again.
        if (item?.['status']?.S === 'deleted' && item['cleanup'] !== undefined) return false;
        const expression = new Expression();
        const at = now.toISOString();
        const found = item && statusBeforeDeletion(fromAttributes(item));
        const changes = expression.update({ status: 'deleted', updated_at: at, status_before_deletion: found });
        const marks = [keep(expression, 'deleted_at', at), keep(expression, 'cleanup', 'pending')];
        // The account in an existing row is more reliable than the one in a later event.
        if (account.kind === 'owner') marks.push(keep(expression, 'account_id', account.id));
        const pins = ['status', 'cleanup', 'status_before_deletion'].map((name) =>
          expression.isStill(name, item?.[name]),
        );
        const update = `${changes}, ${marks.join(', ')}`;
        return (await write(installationId, expression, update, pins.join(' AND '))) ? true : 'again';
      }),

    rename: (installationId, orgName, now) => {
      const expression = new Expression();
      const update = expression.update({ org_name: orgName, updated_at: now.toISOString() });
      return write(
        installationId,
        expression,
        update,
        `${isLivingTenant(expression)} AND ${differs(expression, 'org_name', orgName)}`,
      );
    },

    setSecurityGroup: (installationId, groupId) => {
      const expression = new Expression();
      const update = expression.update({ security_group_id: groupId });
      return write(
        installationId,
        expression,
        update,
        `${isLivingTenant(expression)} AND ${differs(expression, 'security_group_id', groupId)}`,
      );
    },

    finishCleanup: (installationId, now) => {
      const expression = new Expression();
      const update = expression.update({
        status: 'deleted',
        cleanup: 'done',
        security_group_id: null,
        updated_at: now.toISOString(),
      });
      return write(installationId, expression, update, expression.equals('cleanup', 'pending'));
    },

    findByAccount: async (accountId) => {
      const expression = new Expression();
      const found: number[] = [];
      const rows = table.query({
        IndexName: ACCOUNT_INDEX,
        KeyConditionExpression: expression.equals('account_id', accountId),
        ...expression.placeholders,
      });
      for await (const row of rows) found.push(Number(row['installation_id']?.N));
      return found.sort((a, b) => a - b);
    },

    ...createAccountHandover(table, settle),
  };
}

/** An operator who wrote `active` before the App's first event has approved the tenant. */
function firstStatus({ suspendedBy }: NewTenant, manual: string | undefined): Readonly<Record<string, string>> {
  return suspendedBy !== undefined && manual !== 'active'
    ? { status: 'suspended', suspended_by: suspendedBy }
    : { status: 'active' };
}

/** Keeps a value that an operator wrote before. */
function keep(expression: Expression, attribute: string, value: unknown): string {
  return `${expression.name(attribute)} = if_not_exists(${expression.name(attribute)}, ${expression.value(value)})`;
}

function differs(expression: Expression, attribute: string, value: unknown): string {
  return `(${expression.isMissing(attribute)} OR ${expression.name(attribute)} <> ${expression.value(value)})`;
}
