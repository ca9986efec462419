import { HOUR, MINUTE, holdsSlot, type Launch } from '@multi-tenant-runner/core';
import type { TenantTableChange } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { Violations } from './violations';
import type { SimulationBus } from '../services/events';
import { numberOf } from '../services/installations';
import type { SimulatedGitHub } from '../services/simulated-github';
import type { Machines } from '../services/machines';
import type { FleetPlan } from '../scenario/fleet-plan';
import { isAlive, jobOf, type SimMachine, type SimTenant } from '../scenario/model';

/** Checks every start, every termination and every change of slots at the moment it happens. */
export interface Invariants {
  readonly peaks: { readonly machines: number; readonly slots: number };
  readonly starts: number;
  /** Machines started for a job that had ended, or run elsewhere, by then. */
  readonly idleStarts: number;
}

export interface InvariantsDeps {
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly violations: Violations;
  readonly machines: Machines;
  /** The launches' rows, by tenant and id. */
  readonly launches: ReadonlyMap<string, Launch>;
  readonly github: SimulatedGitHub;
  readonly fleet?: FleetPlan;
}

const LIFETIME = 6 * HOUR;

export function createInvariants(deps: InvariantsDeps): Invariants {
  const { events, scheduler, violations, machines, github } = deps;
  const launched = new Set<string>();
  const peaks = { machines: 0, slots: 0 };
  let idleStarts = 0;
  const tenantOf = (installationId: number): SimTenant | undefined => github.tenantOfNumber(numberOf(installationId));

  events.on('machine.started', ({ machine }) => {
    const { installationId, launchId } = machine;
    if (launched.has(`${installationId}/${launchId}`))
      violations.record('doubled', `launch ${launchId} of ${installationId} started a second machine`);
    launched.add(`${installationId}/${launchId}`);
    const own = machines.aliveOf(installationId);
    const tenant = tenantOf(installationId);
    if (tenant !== undefined && own.length > tenant.ceiling)
      violations.record(
        'over the limit',
        `${own.length} machines of ${installationId} live, its limit is ${tenant.limit}`,
      );
    const total = deps.fleet?.total ?? machines.aliveCount;
    if (machines.aliveCount > total)
      violations.record('over the limit', `${machines.aliveCount} machines live, of ${total} of all tenants`);
    for (const what of secondMachines(machine, own)) violations.record('doubled', what);
    const job = github.job(Number(jobOf(launchId)));
    if (job !== undefined && job.status !== 'queued') idleStarts += 1;
    peaks.machines = Math.max(peaks.machines, machines.aliveCount);
  });
  events.on('machine.terminating', ({ machine }) => {
    if (!isAlive(machine) || machine.phase !== 'busy') return;
    // A machine that runs a public repository's code must not go on beside the tenant's own.
    if (machine.job?.plan.isPublic === true) return;
    const uninstalled = tenantOf(machine.installationId)?.installationId !== machine.installationId;
    if (uninstalled || scheduler.now() - machine.startedAt > LIFETIME) return;
    violations.record(
      'killed busy',
      `${machine.record.instanceId} of ${machine.installationId} ran job ${machine.job?.id}`,
    );
  });
  events.on('mark.cleared', ({ installationId, open }) => {
    if (open.length > 0)
      violations.record('lost', `the mark of ${installationId} is gone, and open are ${open.join(', ')}`);
  });
  events.on('job.lost', ({ installationId, jobId }) =>
    violations.record('lost', `nothing leads to job ${jobId} of ${installationId} any more`),
  );
  checkFleetSlots(deps);
  checkSlots(deps, tenantOf, (total) => (peaks.slots = Math.max(peaks.slots, total)));

  return {
    peaks,
    get starts() {
      return launched.size;
    },
    get idleStarts() {
      return idleStarts;
    },
  };
}

/** How long a decision that was made under the higher total may take to be written. */
const DECISION = 2 * MINUTE;

/** While the total is lower, no slot is given that is one too many. */
function checkFleetSlots({ events, scheduler, violations, fleet }: InvariantsDeps): void {
  if (fleet === undefined) return;
  const began = scheduler.now();
  events.on('fleet-slot.taken', ({ held }) => {
    const at = scheduler.now() - began;
    const total = at >= fleet.from + DECISION && at < fleet.until ? fleet.lower : fleet.total;
    if (held > total) violations.record('over the limit', `slot ${held} of the fleet was given, of ${total}`);
  });
}

/** Machines of the same job, but for those whose runner took another. */
function secondMachines(machine: SimMachine, own: readonly SimMachine[]): readonly string[] {
  const job = jobOf(machine.launchId);
  return own
    .filter((other) => other !== machine && jobOf(other.launchId) === job)
    .filter((other) => other.job === undefined || String(other.job.id) === job)
    .map(
      (other) =>
        `job ${job} of ${machine.installationId} has ${other.record.instanceId} and gets ${machine.record.instanceId}`,
    );
}

function checkSlots(
  { events, violations, machines, launches }: InvariantsDeps,
  tenantOf: (installationId: number) => SimTenant | undefined,
  onTotal: (total: number) => void,
): void {
  const slots = new Map<number, number>();
  let total = 0;

  events.on('limit.set', ({ tenant, limit }) => {
    tenant.limit = limit;
    // A launch that holds a slot may still start; none may be added.
    tenant.ceiling = Math.max(limit, slots.get(tenant.installationId ?? 0) ?? 0);
  });
  events.on('tenant-row.changed', (change) => {
    const { installationId, before, after } = change;
    const had = slotsHeldOf(before);
    const has = slotsHeldOf(after);
    const tenant = tenantOf(installationId);
    total += has - (slots.get(installationId) ?? 0);
    slots.set(installationId, has);
    if (tenant !== undefined && tenant.installationId === installationId) {
      for (const what of wrongSlots(change, tenant.limit)) violations.record('over the limit', what);
      if (has <= tenant.limit) tenant.ceiling = tenant.limit;
    }
    for (const { launchId, record } of has < had ? machines.aliveOf(installationId) : []) {
      const launch = launches.get(`${installationId}/${launchId}`);
      if (launch !== undefined && !holdsSlot(launch))
        violations.record('over the limit', `the slot of ${launchId} was given back while ${record.instanceId} lives`);
    }
    if (has < had && machines.aliveOf(installationId).length > has)
      violations.record(
        'over the limit',
        `more machines of ${installationId} live than the ${has} slots that are held`,
      );
    onTotal(total);
  });
}

function wrongSlots({ installationId, before, after }: TenantTableChange, limit: number): readonly string[] {
  const has = slotsHeldOf(after);
  if (has <= slotsHeldOf(before)) return [];
  return [
    ...(has > limit ? [`slot ${has} of ${installationId} was given with a limit of ${limit}`] : []),
    ...(after?.['status'] === 'active'
      ? []
      : [`a slot of ${installationId} was given while the tenant is ${String(after?.['status'])}`]),
  ];
}

export function slotsHeldOf(row: Readonly<Record<string, unknown>> | undefined): number {
  return Number(row?.['slots_held'] ?? 0);
}
