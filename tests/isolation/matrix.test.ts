import { runnerName } from '@multi-tenant-runner/core';
import { jobEvent, jobMessage } from '@multi-tenant-runner/testing';
import type { System } from '@multi-tenant-runner/system-tests/system';
import { A, B, JOB_OF_B, WAITING_JOB_OF_B, cleanUp, everythingOf, twoTenants, type Party } from './two-tenants';

interface Attempt {
  readonly path: string;
  readonly what: string;
  /** The same act by either party; only B's own may have an effect on what is B's. */
  readonly by: (party: Party, system: System) => Promise<void>;
}

const launchOfB = (system: System) =>
  system.harness.state.launches
    .all()
    .find((launch) => launch.installationId === B.installationId && launch.jobId === JOB_OF_B);
const machineOfB = (system: System): string => launchOfB(system)?.instanceId ?? 'none';
const launchIdOfB = (system: System): string => launchOfB(system)?.launchId ?? 'none';

const ATTEMPTS: readonly Attempt[] = [
  {
    path: 'job event',
    what: "claims B's runner by its name",
    by: (party, system) =>
      system.jobEvent(jobEvent({ ...party, jobId: 9, runnerName: runnerName('test', machineOfB(system)) })),
  },
  {
    path: 'job event',
    what: "starts B's waiting job by its number",
    by: (party, system) => system.jobEvent(jobEvent({ ...party, jobId: WAITING_JOB_OF_B })),
  },
  {
    path: 'job event',
    what: "ends B's job by its number",
    by: (party, system) =>
      system.jobEvent(jobEvent({ ...party, jobId: JOB_OF_B, kind: 'completed', conclusion: 'success' })),
  },
  {
    path: 'queue message',
    what: "names B's job, which has no row yet",
    by: (party, system) => system.deliver(jobMessage({ ...party, jobId: 10 })),
  },
  {
    path: 'queue message',
    what: "carries B's installation with its own account",
    by: async ({ owner, ownerId }, system) => {
      // B has room, so that only whose account it is decides.
      system.harness.state.tenants.rows.set(B.installationId, {
        ...system.harness.state.tenants.rows.get(B.installationId),
        max_runners: 5,
      });
      await system.deliver(jobMessage({ installationId: B.installationId, owner, ownerId, jobId: 11 }));
    },
  },
  {
    path: 'configuration',
    what: "removes B's by its launch",
    by: async ({ installationId }, system) => system.harness.configs.remove(installationId, [launchIdOfB(system)]),
  },
  {
    path: 'configuration',
    what: "plants one for B's launch",
    by: async ({ installationId }, system) =>
      system.harness.configs.put({
        installationId,
        launchId: launchIdOfB(system),
        value: 'planted',
        tenantTier: 'small',
        tier: 'small',
        expiresAt: new Date('2030-01-01'),
      }),
  },
  {
    path: 'uninstall',
    what: "ends B's machine, configuration and jobs",
    by: (party, system) => cleanUp(system, party),
  },
];

/** What a message of B's own installation does changes its rows; what only that may change is compared without them. */
const asSeen = (attempt: Attempt, system: System): string =>
  attempt.what.startsWith('carries')
    ? String(system.harness.state.fleet.alive(B.installationId).length)
    : everythingOf(B, system);

describe.each(ATTEMPTS)('$path: $what', (attempt) => {
  test('changes nothing of B when A does it', async () => {
    const system = await twoTenants();
    const before = asSeen(attempt, system);
    await attempt.by(A, system);
    expect(asSeen(attempt, system)).toBe(before);
  });

  test('has its effect when B does it', async () => {
    const system = await twoTenants();
    const before = asSeen(attempt, system);
    await attempt.by(B, system);
    expect(asSeen(attempt, system)).not.toBe(before);
  });
});

test('a job of another account than its installation’s is refused with the reason', async () => {
  const system = await twoTenants();
  await system.deliver(jobMessage({ installationId: B.installationId, owner: A.owner, ownerId: A.ownerId, jobId: 11 }));
  expect(system.job(11, B.installationId)).toMatchObject({ state: 'refused', reason: 'foreign-owner' });
});
