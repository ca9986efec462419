import { MINUTE } from '@multi-tenant-runner/core';
import { jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import { runCut, type Cut } from '../crash/crash-injection';
import { createSystem, type System } from '../system';

/** Past every lease, grace, boot and idle limit. */
export const LONG = 17 * MINUTE;

/** One tenant with a limit of 1, and jobs that GitHub has queued. */
export function setUp(overrides: TenantRow = {}, jobIds: readonly number[] = [1]): System {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 1, ...overrides });
  for (const jobId of jobIds) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return system;
}

/** The same with a machine that is ready for job 1. */
export async function setUpWithRunner(overrides: TenantRow = {}, jobIds: readonly number[] = [1]): Promise<System> {
  const system = setUp(overrides, jobIds);
  await system.deliver(jobMessage({ jobId: 1 }));
  return system;
}

/** The worker of job 1 dies at its first call of this name; only the test redelivers its message. */
export function workerDies(system: System, cut: Cut, call: string): Promise<unknown> {
  return runCut(system.harness, call, cut, () => system.deliver(jobMessage({ jobId: 1 })));
}

export interface Gate {
  /** Resolves when a call reaches the gate. */
  readonly reached: Promise<void>;
  open(): void;
}

/** Holds the next call of this name before it takes effect, until the gate opens. */
export function gate(system: System, call: string): Gate {
  let arrive: () => void = () => undefined;
  let open: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  const opened = new Promise<void>((resolve) => (open = resolve));
  const undo = system.harness.faults.before(call, async () => {
    undo();
    arrive();
    await opened;
  });
  return { reached, open: () => open() };
}

export function setRow(system: System, changes: TenantRow): void {
  const { rows } = system.harness.state.tenants;
  rows.set(1001, { ...rows.get(1001), ...changes });
}

/** Sweeps after every grace period and handles the messages it sends. */
export async function sweepLater(system: System): Promise<void> {
  system.harness.clock.advance(LONG);
  await system.sweep();
  await system.drain();
}
