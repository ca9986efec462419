import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  fleetSlotOf,
  givesSlotBack,
  leadsTo,
  parseTenantRow,
  type AdmissionAnswer,
  type AdmissionRequest,
  type Admissions,
  type Clock,
  type Job,
  type TenantLookup,
  type Tiers,
} from '@multi-tenant-runner/core';
import { ADMISSIONS_A_WRITE, admitSome, type Together } from './admit-some';
import { fromAttributes, type Item } from './attributes';
import { chunks } from '../chunks';
import { batchGetTables } from './batch-get';
import { itemOfJob, keyOfJob, updateOfJob, updateOfJobBack } from './job-rows';
import { launchOfItem } from './launch-codec';
import { itemOfLaunch, keyOfLaunch, updateOfLaunch } from './launch-store';
import { fromItem } from './rows';
import { createTable } from './table';
import { giveFleetSlotBack, takeFleetSlot } from './fleet-slots';
import { giveSlotBack, noteSlotChange, takeSlots, type Ceiling } from './slot-count';
import { keyOf } from './tenant-conditions';
import { createTransactions, type Refusal, type TransactionWrite } from './transactions';
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
  const writeOfJob = ({ job, launch: { launchId } }: AdmissionRequest): TransactionWrite => {
    const { jobId } = job.kind === 'new' ? job.row : job;
    const how = { isAdmitted: true, isLedTo: leadsTo(launchId, jobId) };
    if (job.kind === 'new') return { tableName: tables.jobs, create: itemOfJob(job.row, how) };
    const changes = { updatedAt: clock.now().toISOString(), ...job.changes };
    return { tableName: tables.jobs, update: updateOfJob({ ...job, ...how, changes }) };
  };
  const writeOfLaunch = ({ launch }: AdmissionRequest): TransactionWrite => ({
    tableName: tables.launches,
    create: itemOfLaunch(launch),
  });
  const lookupOf = (installationId: number, item: Item | undefined): TenantLookup =>
    parseTenantRow(installationId, item && fromAttributes(item), tiers, defaultTier);
  const writeOfSlot = async ({ launch: { installationId }, limit, expected }: AdmissionRequest) => {
    const seen = limit === undefined ? undefined : await tenants.get(keyOf(installationId));
    return {
      tableName: tables.tenants,
      update: takeSlots({ installationId, now: clock.now(), ...(expected && { expected }) }, ceilingOf(seen, limit)),
    };
  };
  const writeOfShare = ({ launch, shareLimit: below }: AdmissionRequest): readonly TransactionWrite[] => {
    const { fleetShare: share } = launch;
    if (share === undefined || below === undefined) return [];
    return [{ tableName: tables.launches, update: takeFleetSlot({ share, slot: fleetSlotOf(launch), below }) }];
  };

  const admit = async (request: AdmissionRequest): Promise<AdmissionAnswer> => {
    const { installationId } = request.launch;
    const outcome = await transact([
      writeOfJob(request),
      writeOfLaunch(request),
      await writeOfSlot(request),
      ...writeOfShare(request),
    ]);
    if (outcome.ok) return { kind: 'admitted' };
    const [job, launch, tenant] = outcome.refusals;
    const answer = answerOf(job, launch);
    if (answer !== undefined) return answer;
    return tenant === undefined ? { kind: 'share' } : { kind: 'tenant', lookup: lookupOf(installationId, tenant.item) };
  };
  /** All of them, or none, with what stood in the way of each, and the tenant's row where that did. */
  const admitTogether = async (requests: readonly AdmissionRequest[], rowLimit: number): Promise<Together> => {
    const [first] = requests;
    if (first === undefined) return { refused: new Map() };
    const { launch, expected } = first;
    const { installationId } = launch;
    const taking = { installationId, now: clock.now(), slots: requests.length, ...(expected && { expected }) };
    const outcome = await transact([
      ...requests.flatMap((request) => [writeOfJob(request), writeOfLaunch(request)]),
      {
        tableName: tables.tenants,
        update: takeSlots(taking, { kind: 'given', limit: rowLimit, seen: { N: String(rowLimit) } }),
      },
    ]);
    if (outcome.ok) return { refused: new Map() };
    const { refusals } = outcome;
    const tenant = refusals[2 * requests.length];
    const refused = requests.flatMap((request, at): [AdmissionRequest, AdmissionAnswer][] => {
      const answer = answerOf(refusals[2 * at], refusals[2 * at + 1]);
      return answer === undefined ? [] : [[request, answer]];
    });
    return { refused: new Map(refused), ...(tenant && { lookup: lookupOf(installationId, tenant.item) }) };
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
        lookup: lookupOf(installationId, tenant),
        ...(launch && { launch: launchOfItem(launch) }),
        jobs: new Map(jobs.map((job) => [job.jobId, job])),
      };
    },
    admit,
    admitAll: async (requests) => {
      const answers: AdmissionAnswer[] = [];
      for (const some of chunks(requests, ADMISSIONS_A_WRITE))
        answers.push(...(await admitSome(some, { admit, admitTogether })));
      return answers;
    },
    release: async ({ life, fleetShare, jobBack, ...change }) => {
      const { installationId, guard } = change;
      const end = { tableName: tables.launches, update: updateOfLaunch(change, clock) };
      const back =
        jobBack === undefined ? [] : [{ tableName: tables.jobs, update: updateOfJobBack(installationId, jobBack) }];
      const lives = life === undefined ? [] : writesOfLife(tables.usage, life);
      let slot = givesSlotBack(guard.from) ? giveSlotBack(keyOf(installationId)) : undefined;
      let share = fleetShare === undefined ? undefined : giveFleetSlotBack(fleetShare, fleetSlotOf(change));
      for (;;) {
        const slots = [
          ...(slot === undefined ? [] : [{ tableName: tables.tenants, update: slot }]),
          ...(share === undefined ? [] : [{ tableName: tables.launches, update: share }]),
        ];
        const outcome = await transact([end, ...back, ...slots, ...lives]);
        if (outcome.ok) return { kind: 'released' };
        const [launch, ...others] = outcome.refusals;
        if (launch !== undefined) return { kind: 'launch', ...(launch.item && { row: launchOfItem(launch.item) }) };
        if (others.slice(0, back.length).some((job) => job !== undefined)) return { kind: 'job' };
        const standing = lives.length === 0 ? undefined : outcome.refusals.at(-lives.length)?.item;
        if (standing !== undefined) return { kind: 'recorded', life: lifeOf(standing) };
        // A row that can hold no slot has none to give back.
        const ofSlots = others.slice(back.length);
        const refused = slots.filter((_, index) => ofSlots[index] !== undefined).map(({ update }) => update);
        if (refused.length === 0) throw new Error(`The release of ${change.launchId} was refused for no known reason`);
        const tenant = ofSlots[0]?.item;
        if (share !== undefined && refused.includes(share)) share = undefined;
        if (slot !== undefined && refused.includes(slot))
          slot = tenant?.['org_name'] === undefined ? undefined : noteSlotChange(keyOf(installationId), clock.now());
      }
    },
  };
}

/** The job before the launch; undefined: neither is in the way. */
function answerOf(job: Refusal | undefined, launch: Refusal | undefined): AdmissionAnswer | undefined {
  if (job !== undefined) return { kind: 'job', ...(job.item && { row: fromItem<Job>(job.item) }) };
  if (launch !== undefined) return { kind: 'launch', ...(launch.item && { row: launchOfItem(launch.item) }) };
  return undefined;
}

/** The given limit replaces only a figure that is invalid, and only while the row still has that figure. */
function ceilingOf(item: Item | undefined, limit: number | undefined): Ceiling {
  const seen = item?.['max_runners'];
  const figure = seen?.N === undefined ? Number.NaN : Number(seen.N);
  const isUsable = Number.isSafeInteger(figure) && figure >= 0;
  return limit === undefined || isUsable ? { kind: 'row' } : { kind: 'given', limit, seen };
}
