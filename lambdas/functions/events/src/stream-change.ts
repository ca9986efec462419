import type { StreamRecord } from '@multi-tenant-runner/runtime';

/** The tables whose streams the function reads. */
export const FOLLOWED = ['tenants', 'jobs', 'launches', 'usage', 'audit'] as const;
export type Followed = (typeof FOLLOWED)[number];

/** One write to one row, as plain values. */
export interface StreamChange {
  readonly table: Followed;
  /** The same each time that the stream hands it out. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  /** Of 40 digits: of two writes to one row the later has the higher. */
  readonly sequence: string;
  readonly keys: Readonly<Record<string, unknown>>;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

export interface StreamReader {
  /** Their names. */
  readonly tables: Readonly<Record<Followed, string>>;
  /** Converts a stream image of a table to plain values. */
  readonly parseImage: (image: Readonly<Record<string, unknown>>, table: Followed) => Readonly<Record<string, unknown>>;
}

const LENGTH = 40;

/**
 * @throws Error for a record of another table, or one that has no number
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 */
export function readChange(record: StreamRecord, { tables, parseImage }: StreamReader): StreamChange {
  const { eventID: id, eventSourceARN: arn = '', dynamodb } = record;
  const name = /:table\/([^/]+)\/stream\//.exec(arn)?.[1];
  const table = FOLLOWED.find((one) => tables[one] === name);
  const { SequenceNumber: sequence, ApproximateCreationDateTime: at, Keys: keys } = dynamodb ?? {};
  if (table === undefined || id === undefined || sequence === undefined || at === undefined || keys === undefined)
    throw new Error(`The stream record ${id ?? 'without id'} is not of a table that is followed, or is incomplete.`);
  return {
    table,
    id,
    at: new Date(at * 1000).toISOString(),
    sequence: sequence.padStart(LENGTH, '0'),
    keys: parseImage(keys, table),
    ...(dynamodb?.OldImage && { before: parseImage(dynamodb.OldImage, table) }),
    ...(dynamodb?.NewImage && { after: parseImage(dynamodb.NewImage, table) }),
  };
}
