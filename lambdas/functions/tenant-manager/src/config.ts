import type { EgressRule } from '@multi-tenant-runner/aws';
import { MINUTE, SECOND, type AdmissionSettings } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readAdmissionSettings, readConfig, readTierQueueUrls, type Env, type LogLevel } from '@multi-tenant-runner/runtime';
import { decodeEgressRules } from './decode-egress-rules';

export interface TenantManagerConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly runners: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  /** Whether each tenant has a group of its own. */
  readonly tenantSecurityGroups: boolean;
  readonly vpcId: string;
  readonly egressRules: readonly EgressRule[];
  readonly runnerTags: ReadonlyMap<string, string>;
  /** Milliseconds that a lease outlives the function's hard time-out. */
  readonly leaseTime: number;
  /** Milliseconds after which a launch whose machine was never seen counts as having none. */
  readonly settleAfter: number;
}

export function readTenantManagerConfig(env: Env): TenantManagerConfig {
  return readConfig(env, (reader) => {
    const settings = readAdmissionSettings(reader);
    const timeout = reader.wholeNumber('FUNCTION_TIMEOUT_SECONDS', { min: 1 }) * SECOND;
    return {
      environment: reader.text('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: { tenants: reader.text('TENANTS_TABLE'), jobs: reader.text('JOBS_TABLE'), runners: reader.text('RUNNERS_TABLE') },
      settings,
      tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
      gitHubApiUrl: reader.text('GITHUB_API_URL'),
      appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
      appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
      tenantSecurityGroups: reader.boolean('TENANT_SECURITY_GROUPS'),
      vpcId: reader.text('VPC_ID'),
      egressRules: reader.json<readonly EgressRule[]>('EGRESS_RULES', [], decodeEgressRules),
      runnerTags: reader.textMap('RUNNER_TAGS'),
      leaseTime: 2 * timeout,
      settleAfter: Math.max(10 * MINUTE, 3 * timeout),
    };
  });
}
