import {
  monthOf,
  usageOfCorrection,
  type LifeKey,
  type UsageCorrection,
  type UsageCorrections,
} from '@multi-tenant-runner/core';
import { toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { fromItem, toItem, toRow } from './rows';
import { createTable } from './table';
import { createTransactions } from './transactions';
import { startsFor } from './usage-books';
import { lifeOf, writesOfSums, type UsageLedgerDeps } from './usage-ledger';

/**
 * Two more books of each tenant in the ledger's table, `<installation>/corrections` by machine and
 * `<installation>/correction-ids`: one write makes a row in both, so that a machine has no two corrections of a number,
 * and an id counts once.
 */
export function createDynamoUsageCorrections({ client, tableName }: UsageLedgerDeps): UsageCorrections {
  const table = createTable(client, tableName);
  const transact = createTransactions(client);
  return {
    find: async (key) => {
      const { installationId } = key;
      const row = await table.get(toAttributes({ book: `${installationId}/lives`, entry: entryOfLife(key) }));
      if (row === undefined) return undefined;
      const expression = new Expression();
      const own = expression.equals('book', byMachine(installationId));
      const entry = `begins_with(${expression.name('entry')}, ${expression.value(`${entryOfLife(key)}#`)})`;
      const corrections: UsageCorrection[] = [];
      for await (const one of table.query({
        ConsistentRead: true,
        KeyConditionExpression: `${own} AND ${entry}`,
        ...expression.placeholders,
      }))
        corrections.push(correctionOf(one));
      return { life: lifeOf(row), corrections };
    },
    ofMonth: async function* (installationId, month) {
      const expression = new Expression();
      const own = expression.equals('book', byMachine(installationId));
      for await (const row of table.query({
        KeyConditionExpression: `${own} AND ${startsFor(month, expression)}`,
        ...expression.placeholders,
      })) {
        const correction = correctionOf(row);
        if (monthOf(correction.endedAt) === month) yield correction;
      }
    },
    record: async (correction) => {
      const { installationId, id, number } = correction;
      const row = toRow(correction);
      const entry = `${entryOfLife(correction)}#${String(number).padStart(4, '0')}`;
      const outcome = await transact([
        { tableName, create: toItem({ ...row, book: `${installationId}/correction-ids`, entry: id }) },
        { tableName, create: toItem({ ...row, book: byMachine(installationId), entry }) },
        ...writesOfSums(tableName, correction, usageOfCorrection(correction)),
      ]);
      if (outcome.ok) return { kind: 'recorded' };
      const standing = outcome.refusals[0]?.item;
      return standing === undefined ? { kind: 'overtaken' } : { kind: 'known', correction: correctionOf(standing) };
    },
  };
}

const byMachine = (installationId: number): string => `${installationId}/corrections`;
const entryOfLife = ({ startedAt, launchId }: LifeKey): string => `${startedAt}#${launchId}`;

function correctionOf(item: Item): UsageCorrection {
  const { book: _book, entry: _entry, ...row } = fromItem<UsageCorrection & { book: string; entry: string }>(item);
  return row;
}
