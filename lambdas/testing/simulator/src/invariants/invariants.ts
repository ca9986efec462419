import { HOUR } from '@multi-tenant-runner/core';
import type { TenantTableChange } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { Violations } from './violations';
import type { SimulatedGitHub } from '../services/simulated-github';
import { numberOf } from '../services/simulated-github';
import type { Machines } from '../services/machines';
import { isAlive, jobOf, type SimMachine, type SimTenant } from '../scenario/model';

/**
 * Judges every start, every end and every change of slots in the moment in which it happens, by what the world shows.
 */
export interface Invariants {
  started(machine: SimMachine): void;
  terminated(machine: SimMachine): void;
  changed(change: TenantTableChange): void;
  /** A limit was set by hand. */
  limited(tenant: SimTenant, limit: number): void;
  readonly peaks: { machines: number; slots: number };
  readonly starts: number;
  /** Machines that were started although their job was over or taken by then. */
  readonly idleStarts: number;
}

const LIFETIME = 6 * HOUR;

export function createInvariants(deps: {
  readonly scheduler: Scheduler;
  readonly checker: Violations;
  readonly machines: () => Machines;
  readonly github: () => SimulatedGitHub;
}): Invariants {
  const { scheduler, checker } = deps;
  const launched = new Set<string>();
  const slots = new Map<number, number>();
  const peaks = { machines: 0, slots: 0 };
  let idleStarts = 0;
  let total = 0;
  const tenantOf = (installationId: number): SimTenant | undefined =>
    deps.github().tenants.find(({ plan }) => plan.number === numberOf(installationId));

  return {
    peaks,
    get starts() {
      return launched.size;
    },
    get idleStarts() {
      return idleStarts;
    },
    limited(tenant, limit) {
      tenant.limit = limit;
      // What holds a slot already may still start; nothing may be added to it.
      tenant.ceiling = Math.max(limit, slots.get(tenant.installationId ?? 0) ?? 0);
    },
    started(machine) {
      const { installationId, launchId } = machine;
      if (launched.has(`${installationId}/${launchId}`))
        checker.broken('doubled', `launch ${launchId} of ${installationId} started a second machine`);
      launched.add(`${installationId}/${launchId}`);
      const own = deps.machines().aliveOf(installationId);
      const tenant = tenantOf(installationId);
      if (tenant !== undefined && own.length > tenant.ceiling)
        checker.broken(
          'over the limit',
          `${own.length} machines of ${installationId} live, its limit is ${tenant.limit}`,
        );
      for (const other of own) {
        if (other === machine || jobOf(other.launchId) !== jobOf(launchId)) continue;
        const tookAnother = other.job !== undefined && String(other.job.id) !== jobOf(launchId);
        if (!tookAnother)
          checker.broken(
            'doubled',
            `job ${jobOf(launchId)} of ${installationId} has ${other.record.instanceId} and gets ` +
              `${machine.record.instanceId}`,
          );
      }
      const job = deps.github().job(Number(jobOf(launchId)));
      if (job !== undefined && job.status !== 'queued') idleStarts += 1;
      peaks.machines = Math.max(peaks.machines, deps.machines().aliveCount);
    },
    terminated(machine) {
      if (!isAlive(machine) || machine.phase !== 'busy') return;
      // Nobody may have a public repository's code beside the tenant's own.
      if (machine.job?.plan.isPublic === true) return;
      const gone = tenantOf(machine.installationId)?.installationId !== machine.installationId;
      if (gone || scheduler.now() - machine.startedAt > LIFETIME) return;
      checker.broken(
        'killed busy',
        `${machine.record.instanceId} of ${machine.installationId} ran job ${machine.job?.id}`,
      );
    },
    changed({ installationId, before, after }) {
      const had = liveOf(before);
      const has = liveOf(after);
      const tenant = tenantOf(installationId);
      total += has.size - (slots.get(installationId) ?? 0);
      slots.set(installationId, has.size);
      if (tenant !== undefined && tenant.installationId === installationId) {
        if (has.size > had.size && has.size > tenant.limit)
          checker.broken(
            'over the limit',
            `slot ${[...has].join(' ')} of ${installationId} was given with a limit of ${tenant.limit}`,
          );
        if (has.size > had.size && after?.['status'] !== 'active')
          checker.broken(
            'over the limit',
            `a slot of ${installationId} was given while the tenant is ${String(after?.['status'])}`,
          );
        if (has.size <= tenant.limit) tenant.ceiling = tenant.limit;
      }
      for (const launchId of had) {
        if (has.has(launchId)) continue;
        const machine = deps
          .machines()
          .aliveOf(installationId)
          .find((one) => one.launchId === launchId);
        if (machine !== undefined)
          checker.broken(
            'over the limit',
            `the slot of ${launchId} was given back while ${machine.record.instanceId} lives`,
          );
      }
      peaks.slots = Math.max(peaks.slots, total);
    },
  };
}

function liveOf(row: Record<string, unknown> | undefined): ReadonlySet<string> {
  const slots = row?.['slots'];
  return slots instanceof Set ? (slots as Set<string>) : new Set();
}
