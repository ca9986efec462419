import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { readNetworkConfig, type NetworkConfig } from './network';
import { LOG_LEVELS, readAdmissionSettings, readTierQueueUrls, type EnvReader, type LogLevel } from '@multi-tenant-runner/runtime';

/** What every function that takes part in the launch protocol is told. */
export interface ProtocolConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly runners: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly network: NetworkConfig;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  /** The operator's own, for everything that is made at run time. */
  readonly runnerTags: Readonly<Record<string, string>>;
  /** Seconds that the function may run. */
  readonly timeout: number;
}

export function readProtocolConfig(reader: EnvReader): ProtocolConfig {
  const settings = readAdmissionSettings(reader);
  return {
    environment: reader.text('ENVIRONMENT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    tables: { tenants: reader.text('TENANTS_TABLE'), jobs: reader.text('JOBS_TABLE'), runners: reader.text('RUNNERS_TABLE') },
    settings,
    tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
    gitHubApiUrl: reader.text('GITHUB_API_URL'),
    network: readNetworkConfig(reader),
    appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
    appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
    runnerTags: Object.fromEntries(reader.textMap('RUNNER_TAGS')),
    timeout: reader.wholeNumber('FUNCTION_TIMEOUT_SECONDS', { min: 1 }),
  };
}
