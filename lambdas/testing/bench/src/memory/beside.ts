import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** A function with an event that it has often. */
export interface MemoryCase {
  readonly name: string;
  readonly event: string;
  /** @param count of the events before it */
  readonly make: (count: number) => unknown;
  /** What it finds beside the loopback, where that is not enough. */
  readonly beside?: (bench: MemoryBench) => Promise<Beside>;
}

export interface MemoryBench {
  readonly client: DynamoDBClient;
  /** The repository's folder. */
  readonly root: string;
  /** So many are made. */
  readonly events: number;
}

export interface Beside {
  readonly environment?: Readonly<Record<string, string>>;
  /** Answers what AWS is asked beside DynamoDB and SSM. */
  readonly aws?: typeof fetch;
  /** @throws when events were answered, but not done */
  expectDone?(): Promise<void>;
  stop?(): Promise<void>;
}
