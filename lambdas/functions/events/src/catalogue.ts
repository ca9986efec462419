import * as v from 'valibot';
import { capFields, jobFields, lifeFields, runnerFields, tenantFields, time } from './fields';

/** What an operator may ask for: the part of a type before its point. */
export const EVENT_KINDS = ['tenant', 'job', 'runner', 'usage'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** A change that a consumer would not survive gets the next number; a new field is none. */
export const VERSION = 1;

const tenant = v.object(tenantFields);
const before = v.pipe(v.object(tenantFields), v.description('what has changed, as it was'));
const changed = v.object({ ...tenantFields, before });
const job = v.object({ ...jobFields, previous_state: v.optional(jobFields.state) });
const runner = v.object({ ...runnerFields, previous_state: v.optional(runnerFields.state) });
const life = v.object(lifeFields);
const cap = v.object(capFields);

interface Entry {
  readonly says: string;
  readonly data: v.GenericSchema;
}

/** Every type of event, with what it means and what it carries. */
export const CATALOGUE = {
  'tenant.created': { says: 'A tenant has a row.', data: tenant },
  'tenant.activated': { says: 'Its jobs may start.', data: changed },
  'tenant.suspended': { says: 'No job of it starts; running ones go on.', data: changed },
  'tenant.offboarded': { says: 'It is deleted, and its clean-up begins.', data: changed },
  'tenant.cleaned-up': { says: 'Nothing of a deleted tenant is left running.', data: tenant },
  'tenant.changed': { says: 'Its name, tier, limit, caps or rules changed.', data: changed },
  'tenant.row-removed': { says: 'Someone removed the row by hand.', data: tenant },
  'job.queued': { says: 'Its message is in the queue of its size.', data: job },
  'job.parked': { says: 'It waits for what `reason` names; also when the reason changes.', data: job },
  'job.starting': { says: 'A launch works on its machine.', data: job },
  'job.running': { says: 'A runner has it.', data: job },
  'job.completed': { says: 'GitHub ended it.', data: job },
  'job.cancelled': { says: 'It was cancelled or given up.', data: job },
  'job.refused': { says: 'A rule excludes it.', data: job },
  'job.expired': { says: 'It waited longer than GitHub keeps a job.', data: job },
  'runner.held': { says: 'A launch has a slot, and EC2 is not asked yet.', data: runner },
  'runner.launching': { says: 'EC2 is asked for a machine.', data: runner },
  'runner.running': { says: 'The machine can fetch its configuration.', data: runner },
  'runner.busy': { says: 'The runner took a job.', data: runner },
  'runner.interrupted': { says: 'AWS reclaims the spot machine in two minutes.', data: runner },
  'runner.ending': { says: 'The machine is gone and its slot is free.', data: runner },
  'runner.ended': { says: 'Nothing of it is left.', data: runner },
  'usage.recorded': { says: 'A machine’s life is in the ledger.', data: life },
  'usage.warning': { says: 'A cap is used to 80 %, once in its day or month.', data: cap },
  'usage.reached': { says: 'A cap is used up, once in its day or month.', data: cap },
} as const satisfies Readonly<Record<`${EventKind}.${string}`, Entry>>;

export type EventType = keyof typeof CATALOGUE;
export const EVENT_TYPES = Object.keys(CATALOGUE) as EventType[];

/** What its kind is, of a type. */
export function kindOf(type: EventType): EventKind {
  return type.slice(0, type.indexOf('.')) as EventKind;
}

/** What an event says, without whose and when. */
export interface Told {
  readonly type: EventType;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An event as it is published: the detail of EventBridge's, and the body of a callback. */
export interface FleetEvent extends Told {
  readonly id: string;
  readonly version: number;
  /** ISO 8601. */
  readonly time: string;
  readonly sequence: string;
  readonly installation_id: number;
}

/** The schema of a type, with its envelope. */
export function schemaOf(type: EventType) {
  return v.pipe(
    v.object({
      id: v.pipe(v.string(), v.nonEmpty(), v.description('the same in each copy of an event')),
      type: v.literal(type),
      version: v.literal(VERSION),
      time: v.pipe(time, v.description('of the change')),
      sequence: v.pipe(v.string(), v.regex(/^\d{40}$/), v.description('grows with each change of one row')),
      installation_id: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('the tenant')),
      data: CATALOGUE[type].data,
    }),
    v.title(type),
    v.description(CATALOGUE[type].says),
  );
}
