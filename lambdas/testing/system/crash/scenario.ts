import { jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from '../functions';
import { createSystem, type System } from '../system';

/** A world up to the moment before one invocation, and that invocation. */
export interface Scene {
  readonly system: System;
  readonly functions: Functions;
  /** The invocation that is cut; called again, it is its redelivery. */
  readonly act: (receiveCount: number) => Promise<unknown>;
  /** What happens in the world after the redelivery and the sweep, so that the jobs can end. */
  readonly later?: () => Promise<unknown>;
  /** What else is not as it must be in the end. */
  readonly alsoWrong?: () => readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly arrange: () => Promise<Scene>;
  /** How each job ends that does not end `completed`. */
  readonly ends?: Readonly<Record<number, string>>;
  /** The event may be lost for good: the sweep alone makes it good. Not so for what only AWS's retries bring back. */
  readonly mayBeLost?: boolean;
  /** A hand broke the rows before, so that the promises do not hold until the sweep came by. */
  readonly damaged?: boolean;
}

export const ID = 1001;

export interface Beginning {
  readonly system: System;
  readonly functions: Functions;
}

/** A tenant with a limit of 1, and jobs that GitHub has queued. */
export function begin(overrides: TenantRow = {}, jobIds: readonly number[] = [1]): Beginning {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 1, ...overrides });
  for (const jobId of jobIds) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return { system, functions: createFunctions(system) };
}

/** The same, with every job's message handled. */
export async function started(overrides: TenantRow = {}, jobIds: readonly number[] = [1]): Promise<Beginning> {
  const beginning = begin(overrides, jobIds);
  for (const jobId of jobIds) await beginning.functions.scaleUp(jobMessage({ jobId }));
  return beginning;
}

export function setRow(system: System, changes: TenantRow): void {
  const { rows } = system.harness.state.tenants;
  rows.set(ID, { ...rows.get(ID), ...changes });
}
