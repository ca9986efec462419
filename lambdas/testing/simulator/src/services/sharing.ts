import type { AdmissionSettings, Ports } from '@multi-tenant-runner/core';
import type { Container } from '../engine/lambda';
import type { PortCalls } from './ports';

interface SharingDeps {
  readonly backend: Ports;
  readonly calls: PortCalls;
  readonly settings: AdmissionSettings;
}

/** All sizes share calls, and all tenants. */
export function sharingOf({ backend, calls, settings }: SharingDeps, container: Container) {
  return {
    tiers: new Map([...settings.tiers.keys()].map((tier) => [tier, new Set<number>()])),
    orders: calls.through('orders', backend.orders, container),
    blanks: calls.through('blanks', backend.blanks, container),
    sharedGroupId: 'sg-shared',
  };
}
