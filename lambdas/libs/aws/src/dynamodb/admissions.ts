import type { AttributeValue, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  fleetSlotOf,
  parseTenantRow,
  slotOf,
  type AdmissionRequest,
  type Admissions,
  type AdmittedJob,
  type Clock,
  type Job,
  type Tiers,
} from '@multi-tenant-runner/core';
import { fromAttributes, type Item } from './attributes';
import { batchGetTables } from './batch-get';
import { Expression } from './expression';
import { itemOfJob, keyOfJob, updateOfJob } from './job-rows';
import { launchOfItem } from './launch-codec';
import { itemOfLaunch, keyOfLaunch, updateOfLaunch } from './launch-store';
import { fromItem } from './rows';
import { createTable } from './table';
import { giveFleetSlotBack, takeFleetSlot } from './fleet-slots';
import { markOf } from './open-marks';
import { existsAsTenant, isUnmarked, keyOf } from './tenant-conditions';
import { giveSlotBack, mayHoldSlots } from './tenant-registry';
import { createTransactions, type TransactionWrite } from './transactions';
import { lifeOf, writesOfLife } from './usage-ledger';

export interface AdmissionsDeps {
  readonly client: Pick<DynamoDBClient, 'send'>;
  readonly tables: {
    readonly tenants: string;
    readonly jobs: string;
    readonly launches: string;
    readonly usage: string;
  };
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly clock: Clock;
}

export function createDynamoAdmissions({ client, tables, tiers, defaultTier, clock }: AdmissionsDeps): Admissions {
  const tenants = createTable(client, tables.tenants);
  const transact = createTransactions(client);
  const writeOfJob = (job: AdmittedJob): TransactionWrite =>
    job.kind === 'new'
      ? { tableName: tables.jobs, create: itemOfJob(job.row, { isAdmitted: true }) }
      : {
          tableName: tables.jobs,
          update: updateOfJob({
            ...job,
            isAdmitted: true,
            changes: { updatedAt: clock.now().toISOString(), ...job.changes },
          }),
        };
  const writeOfSlot = async ({ launch: { installationId, launchId }, limit }: AdmissionRequest) => {
    const seen = limit === undefined ? undefined : await tenants.get(keyOf(installationId));
    return {
      tableName: tables.tenants,
      update: takeSlot({ installationId, launchId, now: clock.now() }, ceilingOf(seen, limit)),
    };
  };
  const writeOfShare = ({ launch, shareLimit: below }: AdmissionRequest): readonly TransactionWrite[] => {
    const { fleetShare: share } = launch;
    if (share === undefined || below === undefined) return [];
    return [{ tableName: tables.launches, update: takeFleetSlot({ share, slot: fleetSlotOf(launch), below }) }];
  };

  return {
    read: async ({ installationId, launchId, jobIds }) => {
      const rows = await batchGetTables(client, {
        [tables.tenants]: [keyOf(installationId)],
        [tables.launches]: launchId === undefined ? [] : [keyOfLaunch(installationId, launchId)],
        [tables.jobs]: [...new Set(jobIds)].map((jobId) => keyOfJob(installationId, jobId)),
      });
      const [tenant] = rows.get(tables.tenants) ?? [];
      const [launch] = rows.get(tables.launches) ?? [];
      const jobs = (rows.get(tables.jobs) ?? []).map((item) => fromItem<Job>(item));
      return {
        lookup: parseTenantRow(installationId, tenant && fromAttributes(tenant), tiers, defaultTier),
        ...(launch && { launch: launchOfItem(launch) }),
        jobs: new Map(jobs.map((job) => [job.jobId, job])),
      };
    },
    admit: async (request) => {
      const { installationId } = request.launch;
      const outcome = await transact([
        writeOfJob(request.job),
        { tableName: tables.launches, create: itemOfLaunch(request.launch) },
        await writeOfSlot(request),
        ...writeOfShare(request),
      ]);
      if (outcome.ok) return { kind: 'admitted' };
      const [job, launch, tenant] = outcome.refusals;
      if (job !== undefined) return { kind: 'job', ...(job.item && { row: fromItem<Job>(job.item) }) };
      if (launch !== undefined) return { kind: 'launch', ...(launch.item && { row: launchOfItem(launch.item) }) };
      if (tenant === undefined) return { kind: 'share' };
      const row = tenant.item && fromAttributes(tenant.item);
      return { kind: 'tenant', lookup: parseTenantRow(installationId, row, tiers, defaultTier) };
    },
    release: async ({ life, fleetShare, ...change }) => {
      const end = { tableName: tables.launches, update: updateOfLaunch(change, clock) };
      const slots = [
        { tableName: tables.tenants, update: giveSlotBack(change.installationId, change.launchId) },
        ...(fleetShare === undefined
          ? []
          : [{ tableName: tables.launches, update: giveFleetSlotBack(fleetShare, fleetSlotOf(change)) }]),
      ];
      const lives = life === undefined ? [] : writesOfLife(tables.usage, life);
      const first = await transact([end, ...slots, ...lives]);
      if (first.ok) return { kind: 'released' };
      // A row that can hold no slot has none to give back.
      const isOnlySlots = first.refusals.every(
        (refusal, at) => refusal === undefined || (at > 0 && at <= slots.length),
      );
      const left = slots.filter((_, index) => first.refusals[index + 1] === undefined);
      const outcome = isOnlySlots ? await transact([end, ...left, ...lives]) : first;
      if (outcome.ok) return { kind: 'released' };
      const [launch] = outcome.refusals;
      if (launch !== undefined) return { kind: 'launch', ...(launch.item && { row: launchOfItem(launch.item) }) };
      const standing = lives.length === 0 ? undefined : outcome.refusals.at(-lives.length)?.item;
      if (standing === undefined) throw new Error(`The release of ${change.launchId} was refused for no known reason`);
      return { kind: 'recorded', life: lifeOf(standing) };
    },
  };
}

interface SlotTaken {
  readonly installationId: number;
  readonly launchId: string;
  readonly now: Date;
}

/** Only of an active tenant that was not deleted, and only below its limit. */
function takeSlot({ installationId, launchId, now }: SlotTaken, ceiling: Ceiling) {
  const expression = new Expression();
  const condition =
    `${existsAsTenant(expression)} AND ${expression.equals('status', 'active')} AND ${isUnmarked(expression)} AND ` +
    `${isBelow(expression, ceiling)} AND ${mayHoldSlots(expression)}`;
  const mark = expression.update({ ...markOf(installationId), admitted_at: now.toISOString() });
  const [slot, one] = [expression.attributeValue({ SS: [slotOf(launchId)] }), expression.value(1)];
  const update = `${mark} ADD ${expression.name('slots')} ${slot}, ${expression.name('slot_changes')} ${one}`;
  return { key: keyOf(installationId), expression, update, condition };
}

type Ceiling =
  | { readonly kind: 'row' }
  | { readonly kind: 'given'; readonly limit: number; readonly seen: AttributeValue | undefined };

/** The given limit replaces only a figure that is invalid, and only while the row still has that figure. */
function ceilingOf(item: Item | undefined, limit: number | undefined): Ceiling {
  const seen = item?.['max_runners'];
  const figure = seen?.N === undefined ? Number.NaN : Number(seen.N);
  const isUsable = Number.isSafeInteger(figure) && figure >= 0;
  return limit === undefined || isUsable ? { kind: 'row' } : { kind: 'given', limit, seen };
}

/** A slot is free. `size` of a string is its length, so the type is checked too. */
function isBelow(expression: Expression, ceiling: Ceiling): string {
  const slots = expression.name('slots');
  const figure = ceiling.kind === 'row' ? expression.name('max_runners') : expression.value(ceiling.limit);
  const room = `(${expression.hasType('slots', 'SS')} AND size(${slots}) < ${figure})`;
  if (ceiling.kind === 'row') {
    const first = `(${expression.isMissing('slots')} AND ${figure} >= ${expression.value(1)})`;
    return `${expression.hasType('max_runners', 'N')} AND (${first} OR ${room})`;
  }
  const alternatives = ceiling.limit >= 1 ? `(${expression.isMissing('slots')} OR ${room})` : room;
  return `${expression.isStill('max_runners', ceiling.seen)} AND ${alternatives}`;
}
