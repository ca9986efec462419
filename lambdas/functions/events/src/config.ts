import { object, parse, string, type Parsed } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readConfig, type Env, type LogLevel } from '@multi-tenant-runner/runtime';
import * as v from 'valibot';
import { EVENT_KINDS, type EventKind } from './catalogue';
import type { Followed } from './stream-change';

const tables = object({ tenants: string, jobs: string, launches: string, usage: string, audit: string });
const kinds = v.array(v.picklist(EVENT_KINDS, `is not one of ${EVENT_KINDS.join(', ')}`), 'is not a list');

export interface EventsConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  /** Their names. */
  readonly tables: Readonly<Record<Followed, string>>;
  readonly eventBusName: string;
  /** Of the events that are published. */
  readonly kinds: ReadonlySet<EventKind>;
  /** Undefined: the audit trail is not exported. */
  readonly exportBucket: string | undefined;
  /** Undefined: tenants have no callbacks. */
  readonly callbacksQueueUrl: string | undefined;
}

const NO_TABLES = { tenants: '', jobs: '', launches: '', usage: '', audit: '' };

export function parseEventsConfig(env: Env): EventsConfig {
  return readConfig(env, (reader) => ({
    environment: reader.string('ENVIRONMENT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    tables: reader.json('TABLES', NO_TABLES, (value) => parse(tables, value, { root: '' })),
    eventBusName: reader.string('EVENT_BUS_NAME'),
    kinds: reader.json<ReadonlySet<EventKind>>('EVENT_KINDS', new Set(), parseKinds),
    exportBucket: reader.optionalString('EXPORT_BUCKET'),
    callbacksQueueUrl: reader.optionalString('CALLBACKS_QUEUE_URL'),
  }));
}

function parseKinds(value: unknown): Parsed<ReadonlySet<EventKind>> {
  const parsed = parse(kinds, value, { root: '' });
  return parsed.ok ? { ok: true, value: new Set(parsed.value) } : parsed;
}
