import { MINUTE, SECOND } from '@multi-tenant-runner/core';
import type { BatchResponse, StreamRecord } from '@multi-tenant-runner/runtime';
import type { TenantTableChange } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { LambdaFunction } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { FaultSettings } from '../scenario/fault-kinds';
import type { Region } from './region';

/** The stream of the tenants table and its event source mapping: in order within a tenant, at least once. */
export interface TableStream {
  add(change: TenantTableChange): void;
  readonly length: number;
  /** Records dropped after the last retry. */
  readonly lost: number;
}

export interface StreamDeps {
  readonly lambda: LambdaFunction<unknown, BatchResponse | object | undefined>;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly faultKinds: FaultSettings;
  readonly region: Region;
}

const SHARDS = 4;
const BATCH = 100;
const RETRIES = 5;

interface Shard {
  readonly records: StreamRecord[];
  busy: boolean;
  tries: number;
}

export function createTableStream({ lambda, scheduler, random, faultKinds, region }: StreamDeps): TableStream {
  const shards: Shard[] = Array.from({ length: SHARDS }, () => ({ records: [], busy: false, tries: 0 }));
  let sequence = 0;
  let lost = 0;

  const lag = (): number =>
    faultKinds.has('lag') && random.chance(0.02) ? random.between(5 * SECOND, 5 * MINUTE) : random.between(200, 1_500);
  const poll = (shard: Shard, delay: number): void => {
    shard.busy = true;
    scheduler.after(delay, () => {
      if (region.isDown) return poll(shard, MINUTE);
      const batch = shard.records.slice(0, shard.tries > 1 ? 1 : BATCH);
      lambda.invoke({ Records: batch }, (outcome) => {
        const done = outcome.kind === 'answer' ? finished(batch, outcome.answer) : 0;
        shard.records.splice(0, done);
        shard.tries = done === batch.length ? 0 : shard.tries + 1;
        if (shard.tries > RETRIES) {
          shard.records.shift();
          shard.tries = 0;
          lost += 1;
        }
        if (shard.records.length > 0) poll(shard, shard.tries > 0 ? SECOND * 2 ** shard.tries : lag());
        else shard.busy = false;
      });
    });
  };

  return {
    add({ installationId, before, after }) {
      const shard = shards[installationId % SHARDS];
      if (shard === undefined) return;
      sequence += 1;
      shard.records.push({
        eventID: `change-${sequence}`,
        eventName: before === undefined ? 'INSERT' : after === undefined ? 'REMOVE' : 'MODIFY',
        dynamodb: {
          SequenceNumber: String(sequence),
          Keys: { installation_id: installationId },
          ...(before && { OldImage: before }),
          ...(after && { NewImage: after }),
        },
      });
      if (!shard.busy) poll(shard, lag());
    },
    get length() {
      return shards.reduce((sum, shard) => sum + shard.records.length, 0);
    },
    get lost() {
      return lost;
    },
  };
}

/** Lambda resumes at the first record that failed. */
function finished(batch: readonly StreamRecord[], response: BatchResponse | object | undefined): number {
  const failures = response !== undefined && 'batchItemFailures' in response ? response.batchItemFailures : [];
  const failed = new Set(failures.map(({ itemIdentifier }) => itemIdentifier));
  const first = batch.findIndex((record) => failed.has(record.dynamodb?.SequenceNumber ?? ''));
  return first === -1 ? batch.length : first;
}
