import { fromAttributes } from '@multi-tenant-runner/aws';
import { cleanUpTenant, wake } from '@multi-tenant-runner/core';
import { randomUUID } from 'node:crypto';
import { buildPorts } from './build-ports';
import { readTenantManagerConfig } from './config';
import { createHandler } from './handler';

const config = readTenantManagerConfig(process.env);
const ports = buildPorts(config, process.env);

export const handler = createHandler({
  ...ports,
  tiers: config.settings.tiers,
  defaultTier: config.settings.defaultTier,
  ...(config.tenantSecurityGroups && { securityGroups: ports.securityGroups }),
  wake: (installationId) => wake(installationId, ports),
  cleanUp: async (installationId) => {
    await cleanUpTenant(installationId, config.settleAfter, { ...ports, lease: { name: `tenant-manager ${randomUUID()}`, milliseconds: config.leaseTime } });
  },
  readImage: fromAttributes,
});
