import type { HttpRequest, HttpResponse } from '@multi-tenant-runner/runtime';
import type { TenantTableChange } from '@multi-tenant-runner/testing';
import { createEventBus, type EventBus } from '../engine/event-bus';
import type { Outcome } from '../engine/lambda';
import type { SimJob, SimMachine, SimTenant } from '../scenario/model';

/** What the simulated services and the functions announce to each other, as EventBridge, SQS and GitHub do. */
export interface SimulationEvents {
  /** A call of RunInstances is sent. */
  'machines.asked': { readonly clientToken: string };
  /** EC2 has started a machine. */
  'machine.started': { readonly machine: SimMachine };
  /** The product asks EC2 to terminate a machine; its present state still shows. */
  'machine.terminating': { readonly machine: SimMachine };
  /** The machine is gone, or its runner process with it. */
  'machine.lost': { readonly machine: SimMachine };
  /** An EC2 state-change notification, as EventBridge writes it into the queue of runner events. */
  'machine.state-changed': { readonly notification: Record<string, unknown> };
  /** EC2 lists the machine no longer. */
  'machine.forgotten': { readonly instanceId: string };
  /** A runner starts with its just-in-time configuration. */
  'runner.connecting': { readonly machine: SimMachine; readonly jitConfig: string };
  /** GitHub doesn't know the runner of the configuration. */
  'runner.rejected': { readonly machine: SimMachine };
  'runner.assigned': { readonly machine: SimMachine; readonly job: SimJob };
  /** The runner has completed its one job. */
  'runner.finished': { readonly machine: SimMachine };
  'runner.deleted': { readonly runnerId: number };
  /** The job's steps are over on its machine. */
  'job.ran': { readonly job: SimJob; readonly conclusion: string };
  'job-message.sent': { readonly tier: string; readonly body: string; readonly group: string };
  /** A message that a function has received is hidden for so many milliseconds from now. */
  'message.put-off': { readonly messageId: string; readonly time: number };
  'runner-event.sent': { readonly body: string; readonly group: string };
  'lifecycle.published': { readonly detailType: string; readonly detail: Record<string, unknown> };
  'webhook.arrived': { readonly request: HttpRequest; readonly onEnd: (outcome: Outcome<HttpResponse>) => void };
  /** A machine calls the API that only machines call. */
  'machine.called': { readonly request: HttpRequest; readonly onEnd: (outcome: Outcome<HttpResponse>) => void };
  'tenant-row.changed': TenantTableChange;
  /** An admission took a slot of the fleet; so many are taken now. */
  'fleet-slot.taken': { readonly held: number };
  /** The sweep finds the tenant by its mark no longer: these of its launches and admitted jobs are open. */
  'mark.cleared': { readonly installationId: number; readonly open: readonly string[] };
  /** It is open, in no index of its tenant, and no open launch leads to it. */
  'job.lost': { readonly installationId: number; readonly jobId: number };
  /** An operator sets a tenant's limit. */
  'limit.set': { readonly tenant: SimTenant; readonly limit: number };
}

export type SimulationBus = EventBus<SimulationEvents>;
export const createSimulationBus = (): SimulationBus => createEventBus<SimulationEvents>();

/** Announces the changes of the tenants table since the last call, oldest first. */
export function publishRowChanges(changes: TenantTableChange[], events: SimulationBus): void {
  for (const change of changes.splice(0)) events.emit('tenant-row.changed', change);
}
