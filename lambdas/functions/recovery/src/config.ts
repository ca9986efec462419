import { readNetworkConfig, type NetworkConfig } from '@multi-tenant-runner/composition';
import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readAdmissionSettings, readConfig, readTierQueueUrls, type Env, type LogLevel } from '@multi-tenant-runner/runtime';

export interface RecoveryConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly recovery: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly eventBusName: string;
  readonly gitHubApiUrl: string;
  readonly network: NetworkConfig;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
}

export function readRecoveryConfig(env: Env): RecoveryConfig {
  return readConfig(env, (reader) => {
    const settings = readAdmissionSettings(reader);
    return {
      environment: reader.text('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: { tenants: reader.text('TENANTS_TABLE'), jobs: reader.text('JOBS_TABLE'), recovery: reader.text('RECOVERY_TABLE') },
      settings,
      tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
      eventBusName: reader.text('EVENT_BUS_NAME'),
      gitHubApiUrl: reader.text('GITHUB_API_URL'),
      network: readNetworkConfig(reader),
      appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
      appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
    };
  });
}
