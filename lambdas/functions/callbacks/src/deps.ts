import type { Clock, Log, Metrics, Vault } from '@multi-tenant-runner/core';
import type { Post } from './post';
import type { Resolver } from './resolve-public';

/** A name that stands for a receiver of a test, whatever DNS says. */
export interface TestReceiver {
  readonly name: string;
  readonly address: string;
  readonly port: number;
}

export interface CallbacksDeps {
  readonly environment: string;
  /** Where a tenant's events are sent to; undefined: nowhere. */
  readonly callbackUrl: (installationId: number) => Promise<string | undefined>;
  readonly vault: Pick<Vault, 'get'>;
  readonly resolver: Resolver;
  readonly post: (post: Post) => Promise<number>;
  readonly delay: (receiptHandle: string, seconds: number) => Promise<void>;
  /** Milliseconds in which an endpoint has to answer, its name's lookup included. */
  readonly timeout: number;
  /** Of the sandbox alone; no input of the module sets it. */
  readonly testReceiver: TestReceiver | undefined;
  readonly random: () => number;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}
