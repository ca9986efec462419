import type { AdmissionSettings, Rate } from '@multi-tenant-runner/core';
import {
  LOG_LEVELS,
  readAdmissionSettings,
  readConfig,
  readTierQueueUrls,
  type Env,
  type LogLevel,
} from '@multi-tenant-runner/runtime';
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
  readonly tenantRate: Rate;
}

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
      tenantRate: {
        perSecond: reader.integer('TENANT_RATE', { min: 1 }),
        burst: reader.integer('TENANT_BURST', { min: 1 }),
      },
    };
  });
}
