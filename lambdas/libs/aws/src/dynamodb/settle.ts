import type { Item } from './attributes';
import type { Table } from './table';
import { keyOf } from './tenant-conditions';

/** After this many lost races the event is retried. */
const TRIES = 5;

export type Settle = <T>(
  installationId: number,
  attempt: (item: Item | undefined) => Promise<T | 'again'>,
) => Promise<T>;

/** Reads a tenant's row, decides, and writes only if the row is unchanged; otherwise decides again. */
export function createSettle(table: Pick<Table, 'get'>, tableName: string): Settle {
  return async (installationId, attempt) => {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const result = await attempt(await table.get(keyOf(installationId)));
      if (result !== 'again') return result;
    }
    throw new Error(
      `The row of installation ${installationId} in ${tableName} changed during each of ${TRIES} attempts; ` +
        'the event is delivered again.',
    );
  };
}
