import { FLEET_SHARES } from '@multi-tenant-runner/core';
import { createStubClient } from '@multi-tenant-runner/testing';
import { createDynamoFleetSlots } from './fleet-slots';

interface Asked {
  readonly Keys: readonly object[];
}

/** A table that answers so many of the keys that it is asked for, one number for each request. */
function tableThatAnswers(counts: readonly number[]) {
  const left = [...counts];
  const client = createStubClient(({ input }) => {
    const { Keys } = Object(input['RequestItems'])['launches'] as Asked;
    const count = left.shift() ?? 0;
    return {
      Responses: { launches: Keys.slice(0, count) },
      UnprocessedKeys: count < Keys.length ? { launches: { Keys: Keys.slice(count) } } : {},
    };
  });
  return { client, slots: createDynamoFleetSlots({ client, tableName: 'launches' }) };
}

describe('the shares of the fleet', () => {
  it('are read in one request, and in another for each that DynamoDB left out', async () => {
    const { client, slots } = tableThatAnswers([10, 0, FLEET_SHARES - 11, 1]);
    const read = await slots.read();
    expect(read.map(({ index }) => index)).toEqual(Array.from({ length: FLEET_SHARES }, (_, index) => index));
    expect(client.sent).toHaveLength(4);
  });

  it('are given up where DynamoDB answers nothing ten times', async () => {
    const { client, slots } = tableThatAnswers([]);
    await expect(slots.read()).rejects.toThrow('throttles');
    expect(client.sent).toHaveLength(10);
  });
});
