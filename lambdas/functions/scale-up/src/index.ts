import { createComeBack, createProtocolPorts } from '@multi-tenant-runner/wiring';
import { MINUTE, graceFor, leaseFor } from '@multi-tenant-runner/core';
import { RecentCapacityErrors } from './candidates';
import { parseScaleUpConfig } from './config';
import { createHandler } from './handler';

const config = parseScaleUpConfig(process.env);

const ports = createProtocolPorts(config, process.env, {
  purpose: 'launch',
  ...(config.kmsKeyArn !== undefined && { kmsKeyArn: config.kmsKeyArn }),
});
const { sharedGroupId, pooling, sharedCalls, timeout } = config;

export const handler = createHandler({
  ...ports,
  ...(pooling !== undefined && { pooling: { ...ports, pools: pooling.pools, sharedGroupId } }),
  ...(sharedCalls !== undefined && { sharing: { ...ports, tiers: sharedCalls, sharedGroupId } }),
  scaleUp: { ...config.scaleUp, leaseMilliseconds: leaseFor(timeout), grace: graceFor(timeout) },
  comeBack: createComeBack(process.env, { queueUrls: [...config.tierQueueUrls.values()], timeout }),
  capacityErrors: new RecentCapacityErrors(5 * MINUTE),
});
