import {
  cleanUpTenant,
  dispatchNextJobs,
  leaseFor,
  restateAll,
  retryRefused,
  surveyTenant,
  type AdmissionSettings,
} from '@multi-tenant-runner/core';
import { createHandler, type HandlerDeps } from '@multi-tenant-runner/tenant-manager/handler';
import { createInMemoryAuditTrail } from '@multi-tenant-runner/testing';
import type { Container } from '../engine/lambda';
import { TIMEOUTS, TIMEOUT_SECONDS } from './timeouts';

/** Of a container, as far as the function does not make it itself. */
type Ports = Pick<HandlerDeps, 'tenants' | 'lifecycle' | 'securityGroups' | 'github' | 'clock' | 'log' | 'metrics'> &
  Parameters<typeof dispatchNextJobs>[1] &
  Parameters<typeof restateAll>[1] &
  Omit<Parameters<typeof surveyTenant>[1], 'locks'> &
  Omit<Parameters<typeof cleanUpTenant>[2], 'lease' | 'locks'> & { readonly settings: AdmissionSettings };

export function startTenantManager(container: Container, ports: Ports) {
  const { tiers, defaultTier } = ports.settings;
  let leases = 0;
  return createHandler({
    ...ports,
    audit: createInMemoryAuditTrail(),
    tiers,
    defaultTier,
    onboarding: { mode: 'automatic', allowedAccounts: { ids: new Set(), logins: new Set() } },
    dispatchNextJobs: async (installationId) => void (await dispatchNextJobs(installationId, ports)),
    retryRefused: (installationId) => retryRefused(installationId, ports),
    restate: (installationId) => restateAll(installationId, ports),
    cleanUp: async (id) => {
      const lease = { name: `${container.name} ${(leases += 1)}`, milliseconds: leaseFor(TIMEOUT_SECONDS) };
      await cleanUpTenant(id, TIMEOUTS.grace, { ...ports, lease });
    },
    survey: (installationId) => surveyTenant(installationId, ports),
    parseImage: (image) => image,
  });
}
