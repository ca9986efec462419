import type { InMemoryMachine, InMemoryRegistration } from '@multi-tenant-runner/testing';
import type { JobPlan, TenantPlan } from './scenario';

/** The truth about a tenant, whatever the product's rows say. */
export interface SimTenant {
  readonly plan: TenantPlan;
  /** Present names of its account and, by their first name, of its repositories. */
  login: string;
  readonly repositories: Map<string, string>;
  /** Undefined while the App is not installed. */
  installationId: number | undefined;
  generation: number;
  suspended: boolean;
  /** The installation's `updated_at`, in whole seconds as GitHub has it. */
  changedAt: string;
  /** The limit in force, and the number of machines that may still run under an earlier, higher one. */
  limit: number;
  ceiling: number;
}

export interface SimJob {
  readonly id: number;
  readonly plan: JobPlan;
  readonly tenant: SimTenant;
  /** The installation of its webhooks. */
  readonly installationId: number;
  readonly createdAt: number;
  /** When it last entered GitHub's queue. */
  queuedAt: number;
  status: 'waiting' | 'queued' | 'in_progress' | 'completed';
  conclusion?: string;
  startedAt?: number;
  completedAt?: number;
  machine?: SimMachine;
}

export interface SimMachine {
  readonly record: InMemoryMachine;
  readonly installationId: number;
  readonly launchId: string;
  readonly startedAt: number;
  phase: 'booting' | 'online' | 'busy' | 'over';
  registration?: InMemoryRegistration;
  /** The job it runs or ran; a runner takes one. */
  job?: SimJob;
  /** Describe does not show it before the first, and shows its old state until the second. */
  hiddenUntil: number;
  staleUntil: number;
  staleState: InMemoryMachine['state'];
}

export const isAlive = (machine: SimMachine): boolean =>
  machine.record.state !== 'shutting-down' && machine.record.state !== 'terminated';
export const works = (machine: SimMachine): boolean => isAlive(machine) && machine.phase !== 'over';
/** The job that a launch was made for: `<job>-<start number>`. */
export const jobOf = (launchId: string): string => launchId.slice(0, launchId.lastIndexOf('-'));

export const nameOf = (tenant: SimTenant, repo: string): string => tenant.repositories.get(repo) ?? repo;
