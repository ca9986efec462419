import { randomUUID } from 'node:crypto';
import { fromAttributes } from '@multi-tenant-runner/aws';
import { createProtocolPorts, createTenantSecurityGroups } from '@multi-tenant-runner/composition';
import { cleanUpTenant, graceFor, leaseFor, restateAll, retryRefused, wake } from '@multi-tenant-runner/core';
import { readTenantManagerConfig } from './config';
import { createHandler } from './handler';

const config = readTenantManagerConfig(process.env);
const ports = createProtocolPorts(config, process.env);
const securityGroups = createTenantSecurityGroups(config, process.env, config);

export const handler = createHandler({
  ...ports,
  tiers: config.settings.tiers,
  defaultTier: config.settings.defaultTier,
  onboarding: config.onboarding,
  ...(config.tenantSecurityGroups && { securityGroups }),
  wake: (installationId) => wake(installationId, ports),
  retryRefused: (installationId) => retryRefused(installationId, ports),
  restate: (installationId) => restateAll(installationId, ports),
  cleanUp: async (installationId) => {
    const lease = { name: `tenant-manager ${randomUUID()}`, milliseconds: leaseFor(config.timeout) };
    await cleanUpTenant(installationId, graceFor(config.timeout), { ...ports, securityGroups, lease });
  },
  readImage: fromAttributes,
});
