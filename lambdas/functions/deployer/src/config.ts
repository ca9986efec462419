import {
  HOUR,
  MINUTE,
  SECOND,
  object,
  parse,
  string,
  strings,
  integer,
  optional,
  optionalString,
} from '@multi-tenant-runner/core';
import type { AppPlatformSettings } from '@multi-tenant-runner/aws';
import { IN_ENV, LOG_LEVELS, readConfig, visibilityOf, type Env, type LogLevel } from '@multi-tenant-runner/runtime';
import { parseNetworkConfig, type NetworkConfig } from '@multi-tenant-runner/wiring';
import * as v from 'valibot';
import type { ArchiveLimits } from './check-archive';

export interface DeployerConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly apps: string; readonly deployments: string };
  readonly gitHubApiUrl: string;
  readonly network: NetworkConfig;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  /** Of tenants' rows, to know their tiers. */
  readonly defaultTier: string;
  readonly tiers: readonly string[];
  readonly platform: AppPlatformSettings;
  readonly workflow: string;
  readonly codeBuildProject?: string;
  readonly archiveLimits: ArchiveLimits;
  /** Of DNS, for the proofs of own domains; none: those that the function has anyway. */
  readonly dnsServers: readonly string[];
  /** Milliseconds. */
  readonly previewLifetime: number;
  /** Milliseconds. */
  readonly leaseTime: number;
  /** Milliseconds for which the queue of events hides one that was received. */
  readonly visibility: number;
}

const loadBalancers = v.array(
  object({ listener_arn: string, security_group_id: string, rules: integer(1), first_priority: integer(1) }),
  'is not a list',
);
const roles = v.pipe(
  object({
    arn_prefix: string,
    path: string,
    suffix: v.string('is not a string'),
    boundary_arn: string,
    trust: string,
    arns: object({ secrets: string, repositories: string, log_groups: string }),
  }),
  v.transform(({ arns, ...rest }) => ({
    arnPrefix: rest.arn_prefix,
    path: rest.path,
    suffix: rest.suffix,
    boundaryArn: rest.boundary_arn,
    trust: rest.trust,
    arns: { secrets: arns.secrets, repositories: arns.repositories, logGroups: arns.log_groups },
  })),
);
const rollbackAlarms = v.pipe(
  object({
    names: strings,
    five_xx_percent: optional(v.number('is not a number')),
    p95_seconds: optional(v.number('is not a number')),
    minimum_requests: integer(1),
    period_seconds: integer(60),
    periods: integer(1),
  }),
  v.transform(({ names, five_xx_percent: fiveXxPercent, p95_seconds: p95Seconds, ...rest }) => ({
    names,
    figures: {
      ...(fiveXxPercent !== undefined && { fiveXxPercent }),
      ...(p95Seconds !== undefined && { p95Seconds }),
      minimumRequests: rest.minimum_requests,
      periodSeconds: rest.period_seconds,
      periods: rest.periods,
    },
  })),
);
const platform = v.pipe(
  object({
    region: string,
    vpc_id: string,
    subnet_ids: strings,
    cluster: string,
    execution_role_arn: string,
    roles,
    load_balancers: loadBalancers,
    source_bucket: string,
    log_retention_days: integer(1),
    log_kms_key_arn: optionalString,
    registry: string,
    rollback_alarms: rollbackAlarms,
  }),
  v.transform(({ log_kms_key_arn: kmsKeyArn, ...rest }) => ({
    region: rest.region,
    vpcId: rest.vpc_id,
    subnetIds: rest.subnet_ids,
    cluster: rest.cluster,
    executionRoleArn: rest.execution_role_arn,
    roles: rest.roles,
    loadBalancers: rest.load_balancers.map((one) => ({
      listenerArn: one.listener_arn,
      securityGroupId: one.security_group_id,
      rules: one.rules,
      firstPriority: one.first_priority,
    })),
    sourceBucket: rest.source_bucket,
    log: { retentionDays: rest.log_retention_days, ...(kmsKeyArn !== undefined && { kmsKeyArn }) },
    registry: rest.registry,
    rollbackAlarms: rest.rollback_alarms,
  })),
);
const limits = v.pipe(
  object({ bytes: integer(1), unpacked_bytes: integer(1), files: integer(1), ratio: integer(1) }),
  v.transform(({ unpacked_bytes: unpackedBytes, ...rest }): ArchiveLimits => ({ ...rest, unpackedBytes })),
);

type Place = Omit<AppPlatformSettings, 'environment'>;
const NO_PLACE: Place = {
  region: '',
  vpcId: '',
  subnetIds: [],
  cluster: '',
  executionRoleArn: '',
  roles: {
    arnPrefix: '',
    path: '',
    suffix: '',
    boundaryArn: '',
    trust: '',
    arns: { secrets: '', repositories: '', logGroups: '' },
  },
  loadBalancers: [],
  sourceBucket: '',
  log: { retentionDays: 1 },
  registry: '',
  rollbackAlarms: { names: [], figures: { minimumRequests: 1, periodSeconds: 60, periods: 1 } },
};
const NO_LIMITS: ArchiveLimits = { bytes: 1, unpackedBytes: 1, files: 1, ratio: 1 };
/** A lease outlives the function by this. */
const MARGIN = 30 * SECOND;

export function parseDeployerConfig(env: Env): DeployerConfig {
  return readConfig(env, (reader) => {
    const environment = reader.string('ENVIRONMENT');
    const codeBuildProject = reader.optionalString('CODEBUILD_PROJECT');
    const place = reader.json<Place>('PLATFORM', NO_PLACE, (value) => parse(platform, value, IN_ENV));
    const seconds = reader.integer('FUNCTION_TIMEOUT_SECONDS', { min: 1 });
    const timeout = seconds * SECOND;
    return {
      environment,
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: {
        tenants: reader.string('TENANTS_TABLE'),
        apps: reader.string('APPS_TABLE'),
        deployments: reader.string('DEPLOYMENTS_TABLE'),
      },
      gitHubApiUrl: reader.string('GITHUB_API_URL'),
      network: parseNetworkConfig(reader),
      appIdParameter: reader.string('GITHUB_APP_ID_PARAMETER'),
      appKeyParameter: reader.string('GITHUB_APP_KEY_PARAMETER'),
      defaultTier: reader.string('DEFAULT_TIER'),
      tiers: reader.strings('TIERS'),
      platform: { environment, ...place },
      workflow: reader.string('WORKFLOW'),
      ...(codeBuildProject !== undefined && { codeBuildProject }),
      dnsServers: reader.optionalString('DNS_SERVERS')?.split(',') ?? [],
      archiveLimits: reader.json('ARCHIVE_LIMITS', NO_LIMITS, (value) => parse(limits, value, IN_ENV)),
      previewLifetime: reader.integer('PREVIEW_HOURS', { min: 1 }) * HOUR,
      leaseTime: Math.min(timeout + MARGIN, 16 * MINUTE),
      visibility: visibilityOf(seconds),
    };
  });
}
