import { createProtocolPorts } from '@multi-tenant-runner/wiring';
import { MINUTE, leaseFor } from '@multi-tenant-runner/core';
import { RecentRefusals } from './candidates';
import { readScaleUpConfig } from './config';
import { createHandler } from './handler';

const config = readScaleUpConfig(process.env);

export const handler = createHandler({
  ...createProtocolPorts(config, process.env, { purpose: 'launch', ...(config.kmsKeyArn !== undefined && { kmsKeyArn: config.kmsKeyArn }) }),
  scaleUp: { ...config.scaleUp, leaseMilliseconds: leaseFor(config.timeout) },
  refusals: new RecentRefusals(5 * MINUTE),
});
