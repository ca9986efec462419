import type { Bookmarks } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { StoreDeps } from './job-store';
import { createTable } from './table';

/** Where the recovery function continues: the book `bookmarks` in its own table. */
export function createDynamoBookmarks({ client, tableName, clock }: StoreDeps): Bookmarks {
  const table = createTable(client, tableName);
  return {
    readCursor: async (name) => (await table.get(keyOf(name)))?.['position']?.S,
    writeCursor: async (name, cursor) => {
      const expression = new Expression();
      const update = expression.update({ position: cursor ?? null, updated_at: clock.now().toISOString() });
      // Always true: the first write creates the row.
      const condition = `${expression.isMissing('book')} OR ${expression.exists('book')}`;
      await table.update({ key: keyOf(name), expression, update, condition });
    },
  };
}

const keyOf = (entry: string): Item => ({ book: { S: 'bookmarks' }, entry: { S: entry } });
