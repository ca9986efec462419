import { openShardOf } from '@multi-tenant-runner/core';
import { createStubClient, type SentCommand, type StubAnswer } from '@multi-tenant-runner/testing';
import { OPEN_TENANTS, findTenantsIn } from './open-rows';
import { createTable } from './table';

const valuesOf = ({ input }: SentCommand): number[] =>
  Object.values(input['ExpressionAttributeValues'] as Record<string, { readonly N: string }>).map(({ N }) => Number(N));

/** A table whose tenants have so many open rows, in pages as long as they are asked for. */
function tableOf(open: ReadonlyMap<number, number>) {
  const client = createStubClient((command): StubAnswer => {
    const [shard, after = -1] = valuesOf(command);
    const rows = [...open]
      .filter(([id]) => openShardOf(id) === shard && id > after)
      .sort(([a], [b]) => a - b)
      .flatMap(([id, count]) => Array.from({ length: count }, () => ({ installation_id: { N: String(id) } })));
    const limit = Number(command.input['Limit']);
    const skipped = Number((command.input['ExclusiveStartKey'] as { at?: { N: string } } | undefined)?.at?.N ?? 0);
    const page = rows.slice(skipped, skipped + limit);
    const end = skipped + page.length;
    return { Items: page, ...(end < rows.length && { LastEvaluatedKey: { at: { N: String(end) } } }) };
  });
  return { table: createTable(client, 'jobs'), sent: client.sent };
}

describe('tenants that have rows in an index', () => {
  it('are each found once, in all shards', async () => {
    const ids = [1, 2, 16, 17, 33, 1001];
    const { table } = tableOf(new Map(ids.map((id) => [id, 3])));
    expect((await findTenantsIn(table, OPEN_TENANTS)).sort((a, b) => a - b)).toEqual(ids);
  });

  it('cost a page at most, however many rows one has', async () => {
    const { table, sent } = tableOf(
      new Map([
        [1, 100_000],
        [17, 1],
      ]),
    );
    expect((await findTenantsIn(table, OPEN_TENANTS)).sort((a, b) => a - b)).toEqual([1, 17]);
    expect(sent.filter((command) => valuesOf(command)[0] === 1)).toHaveLength(2);
  });
});
