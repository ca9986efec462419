import { integer, map, object, parse, type AdmissionSettings } from '@multi-tenant-runner/core';
import * as v from 'valibot';
import {
  IN_ENV,
  LOG_LEVELS,
  readAdmissionSettings,
  readShowsChecks,
  readConfig,
  readTierQueueUrls,
  type Env,
  type LogLevel,
} from '@multi-tenant-runner/runtime';
import type { TenantRates } from './deps';
import { parseSourceCidrs, type SourceFilter } from './source-addresses';

export interface WebhookConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly runnerEventsQueueUrl: string;
  readonly eventBusName: string;
  /** Published for the operator's own EventBridge rules; empty without the module's `eventbridge`. */
  readonly publishEvents: ReadonlySet<string>;
  readonly appIdParameter: string;
  readonly webhookSecretParameter: string;
  readonly acceptsFrom: SourceFilter;
  readonly tenantRates: TenantRates;
  readonly showsChecks: boolean;
}

const figure = integer(1);
const ratesByTier = map(
  v.pipe(
    object({ per_second: figure, burst: figure }),
    v.transform(({ per_second: perSecond, burst }) => ({ perSecond, burst })),
  ),
  'is not a JSON object',
);

export function parseWebhookConfig(env: Env): WebhookConfig {
  return readConfig(env, (reader) => {
    const settings = readAdmissionSettings(reader);
    return {
      environment: reader.string('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: { tenants: reader.string('TENANTS_TABLE'), jobs: reader.string('JOBS_TABLE') },
      settings,
      tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
      runnerEventsQueueUrl: reader.string('RUNNER_EVENTS_QUEUE_URL'),
      eventBusName: reader.string('EVENT_BUS_NAME'),
      publishEvents: new Set(reader.strings('PUBLISH_EVENTS')),
      appIdParameter: reader.string('GITHUB_APP_ID_PARAMETER'),
      webhookSecretParameter: reader.string('WEBHOOK_SECRET_PARAMETER'),
      acceptsFrom: reader.json<SourceFilter>('ALLOWED_SOURCE_CIDRS', () => false, parseSourceCidrs),
      showsChecks: readShowsChecks(reader),
      tenantRates: {
        rate: {
          perSecond: reader.integer('TENANT_RATE', { min: 1 }),
          burst: reader.integer('TENANT_BURST', { min: 1 }),
        },
        byTier: reader.json<TenantRates['byTier']>('TENANT_RATES_BY_TIER', new Map(), (value) =>
          parse(ratesByTier, value, IN_ENV),
        ),
      },
    };
  });
}
