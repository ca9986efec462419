import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { FLEET_SHARES, type FleetMove, type FleetShare, type FleetSlots } from '@multi-tenant-runner/core';
import type { Item } from './attributes';
import { batchGet } from './batch-get';
import { Expression } from './expression';
import { createTable, type Update } from './table';
import { createTransactions } from './transactions';

export interface FleetSlotsDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  /** The table of launches. */
  readonly tableName: string;
}

const ROW = 'fleet';

/**
 * Each share is a row with a key of its own, so that no two need share a partition. GitHub has no installation ids
 * below 1.
 */
export function createDynamoFleetSlots({ client, tableName }: FleetSlotsDeps): FleetSlots {
  const table = createTable(client, tableName);
  const transact = createTransactions(client);
  const add = async (share: number, attribute: SetName, entry: string): Promise<void> => {
    const expression = new Expression();
    // Always true: the first write creates the row.
    const condition = `${expression.isMissing('installation_id')} OR ${expression.exists('installation_id')}`;
    await table.update(addTo({ share, attribute, entry }, expression, condition));
  };
  const remove = async (share: number, attribute: SetName, entries: readonly string[]): Promise<void> => {
    const expression = new Expression();
    const condition = expression.exists('installation_id');
    await table.update(takeFrom({ share, attribute, entries }, expression, condition));
  };
  return {
    read: async () => (await readShares(client, tableName)).map(shareOf),
    free: (share, slot) => remove(share, 'slots', [slot]),
    restore: (share, slot) => add(share, 'slots', slot),
    move: async (move, launch) => {
      const outcome = await transact([
        { tableName, update: changeShare(move, launch) },
        { tableName, update: removeMoved(move) },
        { tableName, update: takeFleetSlot({ share: move.to, slot: move.slot, below: move.below }) },
      ]);
      return outcome.ok;
    },
    join: (share, wait) => add(share, 'waiting', wait),
    leave: (share, waits) => remove(share, 'waiting', waits),
  };
}

type SetName = 'slots' | 'waiting';

/** The fleet's part of an admission: only while the share has fewer slots than `below`. */
export function takeFleetSlot({
  share,
  slot,
  below,
}: {
  readonly share: number;
  readonly slot: string;
  readonly below: number;
}): Update {
  const expression = new Expression();
  const has = `size(${expression.name('slots')}) < ${expression.value(below)}`;
  const condition = below >= 1 ? `${expression.isMissing('slots')} OR ${has}` : has;
  return addTo({ share, attribute: 'slots', entry: slot }, expression, condition);
}

/** The fleet's part of a release. */
export function giveFleetSlotBack(share: number, slot: string): Update {
  const expression = new Expression();
  const condition = expression.exists('installation_id');
  return takeFrom({ share, attribute: 'slots', entries: [slot] }, expression, condition);
}

function removeMoved({ from, slot }: FleetMove): Update {
  const expression = new Expression();
  const condition = `contains(${expression.name('slots')}, ${expression.value(slot)})`;
  return takeFrom({ share: from, attribute: 'slots', entries: [slot] }, expression, condition);
}

function changeShare(
  { from, to }: FleetMove,
  { installationId, launchId }: { readonly installationId: number; readonly launchId: string },
): Update {
  const expression = new Expression();
  const condition =
    `${expression.equals('fleet_share', from)} AND ` + expression.isOneOf('state', ['held', 'launching', 'running']);
  const update = `${expression.update({ fleet_share: to })} ADD ${expression.name('version')} ${expression.value(1)}`;
  const key = { installation_id: { N: String(installationId) }, launch_id: { S: launchId } };
  return { key, expression, update, condition };
}

interface Entry {
  readonly share: number;
  readonly attribute: SetName;
  readonly entry: string;
}

function addTo({ share, attribute, entry }: Entry, expression: Expression, condition: string): Update {
  const update = `ADD ${expression.name(attribute)} ${expression.attributeValue({ SS: [entry] })}`;
  return { key: keyOf(share), expression, update, condition };
}

function takeFrom(
  { share, attribute, entries }: Omit<Entry, 'entry'> & { readonly entries: readonly string[] },
  expression: Expression,
  condition: string,
): Update {
  const update = `DELETE ${expression.name(attribute)} ${expression.attributeValue({ SS: [...entries] })}`;
  return { key: keyOf(share), expression, update, condition };
}

const keyOf = (share: number): Item => ({ installation_id: { N: String(-1 - share) }, launch_id: { S: ROW } });

/** Of all shares in one request. */
function readShares(client: FleetSlotsDeps['client'], tableName: string): Promise<readonly Item[]> {
  return batchGet(
    client,
    tableName,
    Array.from({ length: FLEET_SHARES }, (_, share) => keyOf(share)),
  );
}

function shareOf(item: Item): FleetShare {
  return {
    index: -1 - Number(item['installation_id']?.N),
    slots: new Set(item['slots']?.SS ?? []),
    waiting: new Set(item['waiting']?.SS ?? []),
  };
}
