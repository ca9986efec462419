import { cleanUpTenant } from '@multi-tenant-runner/core';
import { createSystem, type System } from '@multi-tenant-runner/system-tests/system';

/** The attacking tenant, and the one it attacks. */
export interface Party {
  readonly installationId: number;
  readonly owner: string;
  readonly ownerId: number;
}

export const A: Party = { installationId: 1001, owner: 'acme', ownerId: 501 };
export const B: Party = { installationId: 1002, owner: 'globex', ownerId: 502 };
export const JOB_OF_B = 2;
export const WAITING_JOB_OF_B = 3;

/** Two tenants with a limit of 1: each has a running machine, and B a waiting job. */
export async function twoTenants(): Promise<System> {
  const system = createSystem();
  for (const party of [A, B]) addParty(party, system);
  await system.queueJob(1, A);
  await system.queueJob(JOB_OF_B, B);
  await system.queueJob(WAITING_JOB_OF_B, B);
  return system;
}

export function addParty({ installationId, owner, ownerId }: Party, { harness }: System): void {
  harness.addTenant({
    installation_id: installationId,
    org_name: owner,
    account_id: ownerId,
    max_runners: 1,
    security_group_id: `sg-${owner}`,
  });
}

/** All state of a tenant as JSON, to compare before and after. */
export function everythingOf({ installationId }: Party, { harness }: System): string {
  const { state } = harness;
  return JSON.stringify(
    {
      row: state.tenants.rows.get(installationId),
      jobs: [...state.jobs.rows.values()].filter((job) => job.installationId === installationId),
      launches: state.launches.all().filter((launch) => launch.installationId === installationId),
      machines: [...state.fleet.machines.values()].filter(
        (machine) => machine.request.installationId === installationId,
      ),
      configurations: [...state.configs.entries.values()].filter((entry) => entry.installationId === installationId),
      runners: [...state.github.registrations].filter((registration) => registration.installationId === installationId),
      messages: state.queue.jobs.filter((message) => message.installationId === installationId),
    },
    (_key, value: unknown) => (value instanceof Set ? [...value] : value),
  );
}

export async function cleanUp(system: System, { installationId }: Party): Promise<void> {
  const { harness } = system;
  await cleanUpTenant(installationId, 0, {
    ...harness,
    tenants: harness.registry,
    lease: { name: 'isolation', milliseconds: 90_000 },
  });
}
