import { randomUUID } from 'node:crypto';
import {
  createClientConfig,
  createDynamoAuditTrail,
  createDynamoDbClient,
  createDynamoLockStore,
  fromAttributes,
} from '@multi-tenant-runner/aws';
import { createProtocolPorts, createTenantSecurityGroups } from '@multi-tenant-runner/wiring';
import {
  cleanUpTenant,
  graceFor,
  leaseFor,
  restateAll,
  retryRefused,
  surveyTenant,
  dispatchNextJobs,
} from '@multi-tenant-runner/core';
import { parseTenantManagerConfig } from './config';
import { createHandler } from './handler';

const config = parseTenantManagerConfig(process.env);
const ports = createProtocolPorts(config, process.env);
const securityGroups = createTenantSecurityGroups(config, process.env, config);

const client = createDynamoDbClient(createClientConfig(process.env));
const { apiTable } = config;
const locks = apiTable === undefined ? undefined : createDynamoLockStore({ client, tableName: apiTable });

export const handler = createHandler({
  ...ports,
  audit: createDynamoAuditTrail({ client, tableName: config.auditTable }),
  tiers: config.settings.tiers,
  defaultTier: config.settings.defaultTier,
  onboarding: config.onboarding,
  ...(config.tenantSecurityGroups && { securityGroups }),
  dispatchNextJobs: async (installationId) => void (await dispatchNextJobs(installationId, ports)),
  retryRefused: (installationId) => retryRefused(installationId, ports),
  restate: (installationId) => restateAll(installationId, ports),
  cleanUp: async (installationId) => {
    const lease = { name: `tenant-manager ${randomUUID()}`, milliseconds: leaseFor(config.timeout) };
    await cleanUpTenant(installationId, graceFor(config.timeout), { ...ports, securityGroups, lease });
  },
  survey: (installationId) => surveyTenant(installationId, { ...ports, securityGroups, ...(locks && { locks }) }),
  ...(locks && { locks }),
  parseImage: fromAttributes,
});
