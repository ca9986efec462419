import type { InMemoryRegistration } from '@multi-tenant-runner/testing';
import type { SimJob, SimMachine } from '../scenario/model';
import { numberOf } from './installations';

/** How a job's start crosses from one tenant to another. */
export function crossingsOf(job: SimJob, machine: SimMachine, registration: InMemoryRegistration): readonly string[] {
  return [
    ...(registration.installationId === machine.installationId
      ? []
      : [
          `the runner of ${machine.record.instanceId} (tenant ${machine.installationId}) is registered for ` +
            `${registration.installationId}`,
        ]),
    ...(numberOf(machine.installationId) === job.tenant.plan.number
      ? []
      : [`a machine of tenant ${machine.installationId} took job ${job.id} of ${job.installationId}`]),
  ];
}
