import { TAG, holdsSlot } from '@multi-tenant-runner/core';
import type { System } from './system';

/**
 * The promises at one moment: no machine above the limit, none without a slot, none twice for a launch, and no open job
 * that its tenant does not lead to.
 */
export function brokenPromises(system: System, limit: number): string[] {
  const broken: string[] = [];
  // A machine that waits in a pool is nobody's.
  const alive = system.harness.state.fleet.alive().filter(({ tags }) => TAG.launchId in tags);
  if (alive.length > limit) broken.push(`${alive.length} machines with a limit of ${limit}`);
  const { maxRunnersTotal = alive.length } = system.harness.settings;
  if (alive.length > maxRunnersTotal) broken.push(`${alive.length} machines, of ${maxRunnersTotal} of all tenants`);
  const { launches, tenants } = system.harness.state;
  const holding = new Set(
    launches
      .all()
      .filter(holdsSlot)
      .map(({ launchId }) => launchId),
  );
  const held = [...tenants.rows.values()].reduce((sum, row) => sum + Number(row['slots_held'] ?? 0), 0);
  if (alive.length > held) broken.push(`${alive.length} machines, and ${held} slots that are held`);
  for (const machine of alive) {
    if (!holding.has(machine.request.launchId)) broken.push(`the machine of ${machine.request.launchId} holds no slot`);
  }
  // One of a pool that could not be made the tenant's has ended before the launch takes another.
  const started = [...system.harness.state.fleet.machines.values()]
    .filter((machine) => alive.includes(machine) || !(TAG.blankId in machine.tags))
    .map((machine) => machine.request.launchId);
  for (const launchId of new Set(started)) {
    if (started.filter((one) => one === launchId).length > 1) broken.push(`${launchId} started twice`);
  }
  const { jobs } = system.harness.state;
  for (const { installationId, jobId, state } of jobs.rows.allOpen())
    if (jobs.isLost(installationId, jobId))
      broken.push(`job ${jobId} is ${state}, in no index, and no open launch leads to it`);
  return broken;
}
