import { parsePooling, parseProtocolConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';
import { MINUTE, graceFor } from '@multi-tenant-runner/core';
import { readConfig, type Env } from '@multi-tenant-runner/runtime';
import type { ScaleDownSettings } from './deps';

export interface ScaleDownConfig extends ProtocolConfig {
  readonly vpcId: string;
  readonly scaleDown: ScaleDownSettings;
  readonly maxReceiveCount: number;
  /** Where the runner events come from. */
  readonly queueUrl: string;
}

export function parseScaleDownConfig(env: Env): ScaleDownConfig {
  return readConfig(env, (reader) => {
    const config = { ...parseProtocolConfig(reader), ...parsePooling(reader) };
    return {
      ...config,
      vpcId: reader.string('VPC_ID'),
      queueUrl: reader.string('RUNNER_EVENTS_QUEUE_URL'),
      maxReceiveCount: reader.integer('MAX_RECEIVE_COUNT', { min: 1 }),
      scaleDown: {
        bootTimeout: reader.integer('BOOT_TIMEOUT_MINUTES', { min: 1 }) * MINUTE,
        idleTimeout: reader.integer('IDLE_TIMEOUT_MINUTES', { min: 1 }) * MINUTE,
        maxLifetime: reader.integer('MAX_LIFETIME_MINUTES', { min: 1 }) * MINUTE,
        grace: graceFor(config.timeout),
      },
    };
  });
}
