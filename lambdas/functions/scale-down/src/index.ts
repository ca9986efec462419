import {
  createCheckRuns,
  createComeBack,
  createProtocolPorts,
  createTenantSecurityGroups,
} from '@multi-tenant-runner/wiring';
import { leaseFor } from '@multi-tenant-runner/core';
import { parseScaleDownConfig } from './config';
import { createHandler } from './handler';

const config = parseScaleDownConfig(process.env);

const { gitHub, ...ports } = createProtocolPorts(config, process.env);
const { pooling } = config;

export const handler = createHandler({
  ...ports,
  ...(config.showsChecks && { checkRuns: createCheckRuns(gitHub) }),
  ...(pooling !== undefined && { pooling: { pool: ports.pool, pools: pooling.pools } }),
  // Groups are only found and removed here; tenant-manager makes them.
  securityGroups: createTenantSecurityGroups(config, process.env, { vpcId: config.vpcId, egressRules: [] }),
  scaleDown: config.scaleDown,
  maxReceiveCount: config.maxReceiveCount,
  leaseMilliseconds: leaseFor(config.timeout),
  comeBack: createComeBack(process.env, { queueUrls: [config.queueUrl], timeout: config.timeout }),
});
