import {
  GIVEN_LAUNCH_RATE,
  map,
  object,
  parse,
  string,
  strings,
  type AdmissionSettings,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { parsePooling, parseProtocolConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';
import { IN_ENV, readConfig, type Env, type EnvReader } from '@multi-tenant-runner/runtime';
import type { ScaleUpSettings } from './deps';

export interface ScaleUpConfig extends ProtocolConfig {
  readonly scaleUp: Omit<ScaleUpSettings, 'leaseMilliseconds' | 'grace'>;
  readonly kmsKeyArn?: string;
  /** Of machines of tenants that have no group of their own, and of machines of no tenant. */
  readonly sharedGroupId: string;
  /** Sizes whose launches may share calls with other tenants', each with the tenants that never do. */
  readonly sharedCalls?: ReadonlyMap<string, ReadonlySet<number>>;
}

const subnetsByTier = map(
  v.pipe(
    strings,
    v.check((subnets) => subnets.length > 0, 'is not a list of subnets'),
  ),
  'is not a JSON object',
);
const positive = v.pipe(v.number('is not a number'), v.gtValue(0, 'is not above 0'));
const rate = v.pipe(
  object({ burst: positive, per_second: positive }),
  v.transform(({ burst, per_second: perSecond }) => ({ burst, perSecond })),
);
const launchRate = object({ calls: rate, machines: rate });
const sharedCalls = map(
  v.pipe(
    strings,
    v.transform((ids) => new Set(ids.map(Number))),
  ),
  'is not a JSON object',
);
const templatesByTier = map(object({ id: string, version: string }), 'is not a JSON object');

export function parseScaleUpConfig(env: Env): ScaleUpConfig {
  return readConfig(env, (reader) => {
    const config = { ...parseProtocolConfig(reader), ...parsePooling(reader) };
    const sharedGroupId = reader.string('SHARED_SECURITY_GROUP_ID');
    const kmsKeyArn = reader.optionalString('KMS_KEY_ARN');
    return {
      ...config,
      sharedGroupId,
      scaleUp: {
        launchTemplates: readLaunchTemplates(reader, config.settings),
        subnetIds: readSubnets(reader),
        tierSubnetIds: reader.json<ReadonlyMap<string, readonly string[]>>('TIER_SUBNET_IDS', new Map(), (value) =>
          parse(subnetsByTier, value, IN_ENV),
        ),
        ...(!reader.boolean('TENANT_SECURITY_GROUPS') && { sharedSecurityGroupId: sharedGroupId }),
        maxReceiveCount: reader.integer('MAX_RECEIVE_COUNT', { min: 1 }),
        machineUrl: reader.string('MACHINE_URL'),
        launchRate: reader.json('LAUNCH_RATE', GIVEN_LAUNCH_RATE, (value) => parse(launchRate, value, IN_ENV)),
        // Absent: the launch templates are older than the code, and their machines can't prove which they are.
        machinesACall: reader.optionalInteger('MACHINES_A_CALL', { min: 1 }) ?? 1,
      },
      ...(kmsKeyArn !== undefined && { kmsKeyArn }),
      ...(env['SHARED_CALLS'] !== undefined && {
        sharedCalls: reader.json<ReadonlyMap<string, ReadonlySet<number>>>('SHARED_CALLS', new Map(), (value) =>
          parse(sharedCalls, value, IN_ENV),
        ),
      }),
    };
  });
}

function readSubnets(reader: EnvReader): readonly string[] {
  const subnets = reader.strings('SUBNET_IDS');
  if (subnets.length === 0) reader.report('SUBNET_IDS', 'names no subnet');
  return subnets;
}

function readLaunchTemplates(reader: EnvReader, { tiers }: AdmissionSettings): ScaleUpSettings['launchTemplates'] {
  const templates = reader.json<ScaleUpSettings['launchTemplates']>('LAUNCH_TEMPLATES', new Map(), (value) =>
    parse(templatesByTier, value, IN_ENV),
  );
  const without = [...tiers.keys()].filter((tier) => !templates.has(tier));
  if (templates.size > 0 && without.length > 0)
    reader.report('LAUNCH_TEMPLATES', `has no template for ${without.join(', ')}`);
  return templates;
}
