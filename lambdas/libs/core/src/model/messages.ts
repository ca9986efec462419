import * as v from 'valibot';
import { pick } from './pick';
import { boolean, integer, oneOf, orgType, parse, string, strings, time, type Parsed, type Schema } from './schema';
import { renameKeys, toCamelCase, toSnakeCase } from './snake-case';
import { tenantNote } from './tenant-note';

/** What GitHub's events tell of a job, and all that travels of it: well under 2 KB. */
const jobFields = {
  installationId: integer(),
  jobId: integer(),
  runId: integer(),
  owner: string,
  ownerId: integer(),
  ownerType: orgType,
  repo: string,
  /** No rename changes it; absent in rows and messages of earlier versions. */
  repoId: v.exactOptional(integer()),
  /** Its name, for the account of what it used; absent in rows and messages of earlier versions. */
  workflow: v.exactOptional(string),
  /** The commit that its run is of; absent in rows and messages of earlier versions. */
  headSha: v.exactOptional(string),
  isPublic: boolean,
  labels: strings,
  tier: string,
  /** When GitHub queued it; the first time heard of stays, but time behind a gate is no time in the queue. */
  queuedAt: time,
  deliveryId: string,
};
/**
 * `hasRow`: the sender knows a row of the job, which then is read and not written; absent: it may be new. `tenant`:
 * what the sender read of the tenant's row a moment ago.
 */
const messageFields = { ...jobFields, hasRow: v.exactOptional(boolean), tenant: v.exactOptional(tenantNote) };
const MESSAGE_FIELDS = v.keyof(v.object(messageFields)).options;
const jobMessage = v.pipe(v.object(messageFields, 'is not an object'), v.readonly());
const JOB_FIELDS = v.keyof(v.object(jobFields)).options;

/** A queued job on its tier's queue. */
export type JobMessage = v.InferOutput<typeof jobMessage>;

/** `waiting`: GitHub holds the job back. */
export const JOB_EVENT_KINDS = ['in_progress', 'completed', 'waiting'] as const;

const jobEventFields = {
  ...jobFields,
  kind: oneOf(JOB_EVENT_KINDS),
  /** No size has its labels, as with `runs-on: { group: … }`: only its runner makes it ours. */
  runnerOnly: v.exactOptional(boolean),
  /** When GitHub says it happened. */
  at: time,
  runnerName: v.exactOptional(string),
  runnerId: v.exactOptional(integer()),
  conclusion: v.exactOptional(string),
};
const jobEvent = v.pipe(v.object(jobEventFields, 'is not an object'), v.readonly());
const JOB_EVENT_FIELDS = v.keyof(v.object(jobEventFields)).options;

/** What became of a job with our labels, or on a runner that is named like ours. */
export type JobEvent = v.InferOutput<typeof jobEvent>;

const VERSION = 1;

export function encodeJobMessage(message: JobMessage): string {
  return encode(pick(message, MESSAGE_FIELDS));
}

export function encodeJobEvent(event: JobEvent): string {
  return encode(pick(event, JOB_EVENT_FIELDS));
}

/** A message on a tier's queue that is no job: the tier's pool has a place to fill. */
const fillMessage = v.pipe(v.object({ fill: string }, 'is not an object'), v.readonly());

export function encodeFillMessage(tier: string): string {
  return encode({ fill: tier });
}

export function parseFillMessage(value: unknown): Parsed<v.InferOutput<typeof fillMessage>> {
  return parseMessage(fillMessage, value);
}

export function parseJobMessage(value: unknown): Parsed<JobMessage> {
  return parseMessage(jobMessage, value);
}

export function parseJobEvent(value: unknown): Parsed<JobEvent> {
  return parseMessage(jobEvent, value);
}

/** The fields that travel, of a message, an event or a row. */
export function jobFieldsOf<T extends Omit<JobMessage, 'deliveryId'> & Partial<Pick<JobMessage, 'deliveryId'>>>(
  job: T,
): Pick<T, (typeof JOB_FIELDS)[number]> {
  return pick(job, JOB_FIELDS);
}

const nameOf = (field: string): string => (field === 'isPublic' ? 'public' : toSnakeCase(field));
const fieldOf = (name: string): string => (name === 'public' ? 'isPublic' : toCamelCase(name));

function encode(message: object): string {
  return JSON.stringify({ v: VERSION, ...Object(renameKeys(message, nameOf)) });
}

/** An earlier version wrote null where there is nothing. */
function parseMessage<T>(schema: Schema<T>, value: unknown): Parsed<T> {
  const renamed = renameKeys(value, fieldOf);
  const isRecord = typeof renamed === 'object' && renamed !== null && !Array.isArray(renamed);
  const given = isRecord ? Object.fromEntries(Object.entries(renamed).filter(([, entry]) => entry !== null)) : renamed;
  return parse(schema, given, { nameOf });
}
