import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { parseNetworkConfig, type NetworkConfig } from './network';
import {
  LOG_LEVELS,
  readAdmissionSettings,
  readTierQueueUrls,
  type EnvReader,
  type LogLevel,
} from '@multi-tenant-runner/runtime';

/** The configuration of every function that takes part in the launch protocol. */
export interface ProtocolConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly launches: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly network: NetworkConfig;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  /** The operator's own tags, for every resource that is created at run time. */
  readonly runnerTags: Readonly<Record<string, string>>;
  /** The function's timeout in seconds. */
  readonly timeout: number;
}

export function parseProtocolConfig(reader: EnvReader): ProtocolConfig {
  const settings = readAdmissionSettings(reader);
  return {
    environment: reader.text('ENVIRONMENT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    tables: {
      tenants: reader.text('TENANTS_TABLE'),
      jobs: reader.text('JOBS_TABLE'),
      launches: reader.text('LAUNCHES_TABLE'),
    },
    settings,
    tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
    gitHubApiUrl: reader.text('GITHUB_API_URL'),
    network: parseNetworkConfig(reader),
    appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
    appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
    runnerTags: Object.fromEntries(reader.textMap('RUNNER_TAGS')),
    timeout: reader.wholeNumber('FUNCTION_TIMEOUT_SECONDS', { min: 1 }),
  };
}
