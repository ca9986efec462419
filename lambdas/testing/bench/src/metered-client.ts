import { AsyncLocalStorage } from 'node:async_hooks';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What calls of DynamoDB cost: requests, and the units that are paid for. */
export interface Meter {
  requests: number;
  readUnits: number;
  writeUnits: number;
}

export interface MeteredClient {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly total: Meter;
  /** The requests so far, by name and table, in order. */
  readonly names: readonly string[];
  /** Counts what `work` calls for a tenant besides. */
  of<T>(meter: Meter, work: () => T): T;
}

export const newMeter = (): Meter => ({ requests: 0, readUnits: 0, writeUnits: 0 });

const READS = new Set(['GetItemCommand', 'BatchGetItemCommand', 'QueryCommand', 'ScanCommand']);
/**
 * A read that finds nothing is paid for like one of a small row, which DynamoDB Local does not count.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
const EMPTY_READ = { consistent: 1, eventual: 0.5 } as const;
/** A write whose condition fails is paid for like one of a small row. */
const REFUSED_WRITE = 1;

/** Each row of a transaction is paid for twice, also where it is refused. */
const ROW_IN_TRANSACTION = 2;

interface Command {
  readonly input: {
    readonly TableName?: string;
    readonly ConsistentRead?: boolean;
    readonly TransactItems?: readonly Readonly<Record<string, { readonly TableName?: string }>>[];
  };
}

interface Capacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
  /** Without the indexes. */
  readonly Table?: { readonly CapacityUnits?: number };
}

interface Answer {
  /** Of a transaction: for each table. */
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

function unitsOf({ ConsumedCapacity = [] }: Answer, { TransactItems = [] }: Command['input']): number {
  const written = TransactItems.flatMap((item) => Object.values(item));
  return [ConsumedCapacity].flat().reduce((sum, { TableName, CapacityUnits = 0, Table }) => {
    // DynamoDB Local counts some transactions with several rows of a table as if they had one.
    const rows = written.filter((row) => row.TableName === TableName).length;
    return sum + CapacityUnits + Math.max(0, rows * ROW_IN_TRANSACTION - (Table?.CapacityUnits ?? 0));
  }, 0);
}

function nameOf({ constructor, input: { TableName } }: Command): string {
  const request = constructor.name.replace(/Command$/, '');
  return TableName === undefined ? request : `${request} ${TableName.replace(/^.*-/, '')}`;
}

/** The same client; each answer says what it cost. */
export function createMeteredClient(client: Pick<DynamoDBClient, 'send'>): MeteredClient {
  const total = newMeter();
  const names: string[] = [];
  const current = new AsyncLocalStorage<Meter>();
  const count = (change: (meter: Meter) => void): void => {
    change(total);
    const own = current.getStore();
    if (own !== undefined) change(own);
  };
  const send = async (command: Command): Promise<unknown> => {
    Object.assign(command.input, { ReturnConsumedCapacity: 'INDEXES' });
    const isRead = READS.has(command.constructor.name);
    names.push(nameOf(command));
    count((meter) => void (meter.requests += 1));
    try {
      const answer = (await client.send(command as never)) as Answer;
      const least = command.input.ConsistentRead === true ? EMPTY_READ.consistent : EMPTY_READ.eventual;
      const units = Math.max(isRead ? least : 0, unitsOf(answer, command.input));
      count((meter) => {
        if (isRead) meter.readUnits += units;
        else meter.writeUnits += units;
      });
      return answer;
    } catch (error) {
      const refused = (command.input.TransactItems?.length ?? 0) * ROW_IN_TRANSACTION || REFUSED_WRITE;
      if (!isRead) count((meter) => void (meter.writeUnits += refused));
      throw error;
    }
  };
  return {
    client: { send: send as DynamoDBClient['send'] },
    total,
    names,
    of: (meter, work) => current.run(meter, work),
  };
}
