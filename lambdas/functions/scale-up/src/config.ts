import { Decoder, type AdmissionSettings, type Decoded } from '@multi-tenant-runner/core';
import { parseProtocolConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';
import { readConfig, type Env, type EnvReader } from '@multi-tenant-runner/runtime';
import type { ScaleUpSettings } from './deps';

export interface ScaleUpConfig extends ProtocolConfig {
  readonly scaleUp: Omit<ScaleUpSettings, 'leaseMilliseconds'>;
  readonly kmsKeyArn?: string;
}

export function parseScaleUpConfig(env: Env): ScaleUpConfig {
  return readConfig(env, (reader) => {
    const config = parseProtocolConfig(reader);
    const sharedGroup = reader.text('SHARED_SECURITY_GROUP_ID');
    const kmsKeyArn = reader.optionalText('KMS_KEY_ARN');
    return {
      ...config,
      scaleUp: {
        launchTemplates: readLaunchTemplates(reader, config.settings),
        subnetIds: readSubnets(reader),
        tierSubnetIds: reader.json<ReadonlyMap<string, readonly string[]>>(
          'TIER_SUBNET_IDS',
          new Map(),
          decodeTierSubnets,
        ),
        ...(!reader.boolean('TENANT_SECURITY_GROUPS') && { sharedSecurityGroupId: sharedGroup }),
        maxReceiveCount: reader.wholeNumber('MAX_RECEIVE_COUNT', { min: 1 }),
      },
      ...(kmsKeyArn !== undefined && { kmsKeyArn }),
    };
  });
}

function readSubnets(reader: EnvReader): readonly string[] {
  const subnets = reader.textList('SUBNET_IDS');
  if (subnets.length === 0) reader.report('SUBNET_IDS', 'names no subnet');
  return subnets;
}

function decodeTierSubnets(value: unknown): Decoded<ReadonlyMap<string, readonly string[]>> {
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const problems: string[] = typeof value === 'object' && value !== null ? [] : ['is not a JSON object'];
  const subnets = new Map<string, readonly string[]>();
  for (const [tier, ids] of entries) {
    if (Array.isArray(ids) && ids.length > 0 && ids.every((id) => typeof id === 'string')) subnets.set(tier, ids);
    else problems.push(`${tier} is not a list of subnets`);
  }
  return problems.length === 0 ? { ok: true, value: subnets } : { ok: false, problems };
}

function readLaunchTemplates(reader: EnvReader, { tiers }: AdmissionSettings): ScaleUpSettings['launchTemplates'] {
  const templates = reader.json<ScaleUpSettings['launchTemplates']>('LAUNCH_TEMPLATES', new Map(), decodeTemplates);
  const without = [...tiers.keys()].filter((tier) => !templates.has(tier));
  if (templates.size > 0 && without.length > 0)
    reader.report('LAUNCH_TEMPLATES', `has no template for ${without.join(', ')}`);
  return templates;
}

function decodeTemplates(value: unknown): Decoded<ScaleUpSettings['launchTemplates']> {
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
