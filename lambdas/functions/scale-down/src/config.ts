import { MINUTE, SECOND, type AdmissionSettings } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readAdmissionSettings, readConfig, readTierQueueUrls, type Env, type LogLevel } from '@multi-tenant-runner/runtime';
import type { ScaleDownSettings } from './deps';

export interface ScaleDownConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly runners: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  readonly vpcId: string;
  readonly runnerTags: ReadonlyMap<string, string>;
  /** Seconds. */
  readonly timeout: number;
  readonly scaleDown: ScaleDownSettings;
}

export function readScaleDownConfig(env: Env): ScaleDownConfig {
  return readConfig(env, (reader) => {
    const settings = readAdmissionSettings(reader);
    const timeout = reader.wholeNumber('FUNCTION_TIMEOUT_SECONDS', { min: 1 });
    return {
      environment: reader.text('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: { tenants: reader.text('TENANTS_TABLE'), jobs: reader.text('JOBS_TABLE'), runners: reader.text('RUNNERS_TABLE') },
      settings,
      tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
      gitHubApiUrl: reader.text('GITHUB_API_URL'),
      appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
      appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
      vpcId: reader.text('VPC_ID'),
      runnerTags: reader.textMap('RUNNER_TAGS'),
      timeout,
      scaleDown: {
        bootTimeout: reader.wholeNumber('BOOT_TIMEOUT_MINUTES', { min: 1 }) * MINUTE,
        idleTimeout: reader.wholeNumber('IDLE_TIMEOUT_MINUTES', { min: 1 }) * MINUTE,
        maxLifetime: reader.wholeNumber('MAX_LIFETIME_MINUTES', { min: 1 }) * MINUTE,
        grace: graceFor(timeout),
      },
    };
  });
}

/** What changed within this time may still be in the hands of an invocation that a crash has not ended. */
export function graceFor(timeoutSeconds: number): number {
  return Math.max(10 * MINUTE, 3 * timeoutSeconds * SECOND);
}
