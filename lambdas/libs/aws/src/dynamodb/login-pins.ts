import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { MODULE_ROW, type LoginPins } from '@multi-tenant-runner/core';
import { fromAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { createTable } from './table';
import { keyOf } from './tenant-conditions';

export const PIN = 'login_';

/** @param item row 0 of the tenants table, which need not be there */
export function parsePins(item: Item | undefined): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(fromAttributes(item ?? {})).flatMap(([name, id]): [string, number][] =>
      name.startsWith(PIN) && typeof id === 'number' ? [[name.slice(PIN.length), id]] : [],
    ),
  );
}

/** On row 0 of the tenants table. */
export function createDynamoLoginPins({
  client,
  tableName,
}: {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tableName: string;
}): LoginPins {
  const table = createTable(client, tableName);
  const key = keyOf(MODULE_ROW);
  return {
    list: async () => parsePins(await table.get(key)),
    remove: async (login, accountId) => {
      const expression = new Expression();
      const update = expression.update({ [`${PIN}${login}`]: null });
      const condition = expression.equals(`${PIN}${login}`, accountId);
      return (await table.update({ key, expression, update, condition })).ok;
    },
  };
}
