import { newJob } from '@multi-tenant-runner/core';
import { jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from '../functions';
import { createSystem, type System } from '../system';
import { ID, type StartedSystem } from './scenario';

/** A tenant with a security group of its own, one running job and one that waits above the limit. */
export async function busyTenant(overrides: TenantRow = {}): Promise<StartedSystem> {
  const system = createSystem();
  const functions = createFunctions(system);
  const security_group_id = await system.harness.state.securityGroups.ensure(ID, 'small');
  system.harness.addTenant({ max_runners: 1, security_group_id, ...overrides });
  for (const jobId of [1, 2]) {
    system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    await functions.scaleUp(jobMessage({ jobId }));
  }
  return { system, functions };
}

export async function parkedFor(
  system: System,
  reason: 'unknown-tenant' | 'tenant-suspended' | 'limit',
): Promise<void> {
  system.harness.state.github.jobs.set(1, { status: 'queued' });
  await system.harness.state.jobs.create(
    newJob(jobMessage({ jobId: 1 }), system.harness.clock.now(), 'parked', reason),
  );
}

export async function queued(system: System, functions: Functions, jobId: number): Promise<void> {
  system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  await functions.scaleUp(jobMessage({ jobId }));
}
