import type { AdmissionSettings } from '@multi-tenant-runner/core';
import { jobMessage, type TenantRow } from '@multi-tenant-runner/testing';
import { createFunctions, type Functions } from '../functions';
import type { SystemOptions } from '../options';
import { createSystem, type System } from '../system';

/** A system at the moment before one invocation, and that invocation. */
export interface ArrangedScenario {
  readonly system: System;
  readonly functions: Functions;
  /** The invocation that crashes; a further call is its redelivery. */
  readonly act: (receiveCount: number) => Promise<unknown>;
  /** What GitHub and AWS do after the redelivery and the sweep, so that the jobs can end. */
  readonly later?: () => Promise<unknown>;
  /** Further problems at the end. */
  readonly alsoWrong?: () => readonly string[];
}

export interface Scenario {
  readonly name: string;
  readonly arrange: () => Promise<ArrangedScenario>;
  /** The final state of each job that does not end `completed`. */
  readonly ends?: Readonly<Record<number, string>>;
  /** The sweep alone recovers a lost event. Absent where only AWS's retries can. */
  readonly mayBeLost?: boolean;
  /** The calls that are cut, where it makes hundreds. */
  readonly cuts?: readonly string[];
  /** An operator broke the rows before, so that the promises hold only after the next sweep. */
  readonly damaged?: boolean;
}

export const ID = 1001;

export interface StartedSystem {
  readonly system: System;
  readonly functions: Functions;
}

/** A tenant with a limit of 1, and jobs that GitHub has queued. */
export function begin(
  overrides: TenantRow = {},
  jobIds: readonly number[] = [1],
  { pools, sharing, ...settings }: Partial<AdmissionSettings> & Pick<SystemOptions, 'pools' | 'sharing'> = {},
): StartedSystem {
  const system = createSystem({ settings, ...(pools && { pools }), ...(sharing && { sharing }) });
  system.harness.addTenant({ max_runners: 1, ...overrides });
  for (const jobId of jobIds) system.harness.state.github.jobs.set(jobId, { status: 'queued' });
  return { system, functions: createFunctions(system) };
}

/** The same, with every job's message handled. */
export async function started(overrides: TenantRow = {}, jobIds: readonly number[] = [1]): Promise<StartedSystem> {
  const start = begin(overrides, jobIds);
  for (const jobId of jobIds) await start.functions.scaleUp(jobMessage({ jobId }));
  return start;
}

export function setRow(system: System, changes: TenantRow): void {
  const { rows } = system.harness.state.tenants;
  rows.set(ID, { ...rows.get(ID), ...changes });
}
