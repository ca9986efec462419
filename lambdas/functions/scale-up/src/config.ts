import { Decoder, type AdmissionSettings, type Decoded } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readAdmissionSettings, readConfig, readTierQueueUrls, type Env, type EnvReader, type LogLevel } from '@multi-tenant-runner/runtime';

export interface LaunchTemplate {
  readonly id: string;
  readonly version: string;
}

export interface ScaleUpConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string; readonly jobs: string; readonly runners: string };
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  readonly launchTemplates: ReadonlyMap<string, LaunchTemplate>;
  readonly subnetIds: readonly string[];
  readonly runnerTags: ReadonlyMap<string, string>;
  /** Absent: each tenant has a group of its own. */
  readonly sharedSecurityGroupId?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly maxReceiveCount: number;
  readonly kmsKeyArn?: string;
}

export function readScaleUpConfig(env: Env): ScaleUpConfig {
  return readConfig(env, (reader) => {
    const settings = readAdmissionSettings(reader);
    const sharedGroup = reader.text('SHARED_SECURITY_GROUP_ID');
    const kmsKeyArn = reader.optionalText('KMS_KEY_ARN');
    return {
      environment: reader.text('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: { tenants: reader.text('TENANTS_TABLE'), jobs: reader.text('JOBS_TABLE'), runners: reader.text('RUNNERS_TABLE') },
      settings,
      tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
      gitHubApiUrl: reader.text('GITHUB_API_URL'),
      appIdParameter: reader.text('GITHUB_APP_ID_PARAMETER'),
      appKeyParameter: reader.text('GITHUB_APP_KEY_PARAMETER'),
      launchTemplates: readLaunchTemplates(reader, settings),
      subnetIds: readSubnets(reader),
      runnerTags: reader.textMap('RUNNER_TAGS'),
      ...(!reader.boolean('TENANT_SECURITY_GROUPS') && { sharedSecurityGroupId: sharedGroup }),
      timeout: reader.wholeNumber('FUNCTION_TIMEOUT_SECONDS', { min: 1 }),
      maxReceiveCount: reader.wholeNumber('MAX_RECEIVE_COUNT', { min: 1 }),
      ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    };
  });
}

function readSubnets(reader: EnvReader): readonly string[] {
  const subnets = reader.textList('SUBNET_IDS');
  if (subnets.length === 0) reader.report('SUBNET_IDS', 'names no subnet');
  return subnets;
}

function readLaunchTemplates(reader: EnvReader, { tiers }: AdmissionSettings): ReadonlyMap<string, LaunchTemplate> {
  const templates = reader.json<ReadonlyMap<string, LaunchTemplate>>('LAUNCH_TEMPLATES', new Map(), decodeTemplates);
  const without = [...tiers.keys()].filter((tier) => !templates.has(tier));
  if (templates.size > 0 && without.length > 0) reader.report('LAUNCH_TEMPLATES', `has no template for ${without.join(', ')}`);
  return templates;
}

function decodeTemplates(value: unknown): Decoded<ReadonlyMap<string, LaunchTemplate>> {
  const problems: string[] = [];
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const templates = new Map(
    entries.map(([tier, template]) => {
      const decoder = Decoder.of(template, tier, problems);
      return [tier, { id: decoder.text('id'), version: decoder.text('version') }];
    }),
  );
  return problems.length === 0 ? { ok: true, value: templates } : { ok: false, problems };
}
