import { isEnded, isOpenLaunch, type Job } from '@multi-tenant-runner/core';
import type { Scheduler } from '../engine/scheduler';
import type { State } from '../services/backend';
import { slotsHeldOf } from './invariants';
import type { Violations } from './violations';
import type { Deliveries } from '../services/deliveries';
import type { SimulatedGitHub } from '../services/simulated-github';
import type { LifecycleBus } from '../services/lifecycle-bus';
import type { Machines } from '../services/machines';
import { isAlive, type SimJob } from '../scenario/model';
import type { Queue } from '../services/queue';
import type { TableStream } from '../services/table-stream';

/** Everything that the final checks read. */
export interface EndedSimulation {
  readonly state: State;
  readonly github: SimulatedGitHub;
  readonly machines: Machines;
  readonly queues: readonly Queue[];
  readonly stream: TableStream;
  readonly bus: LifecycleBus;
  readonly deliveries: Deliveries;
  readonly scheduler: Scheduler;
}

/** Why a job that is still in GitHub's queue has no runner; undefined: there is no good reason. */
export function explain(job: SimJob): string | undefined {
  const { tenant, plan } = job;
  if (tenant.installationId !== job.installationId) return 'uninstalled';
  if (tenant.suspended) return 'suspended';
  if (tenant.limit === 0) return 'limit 0';
  if (plan.isPublic) return 'public repository';
  if (plan.groupOnly !== undefined) return 'no labels';
  return undefined;
}

const DAY = 24 * 60 * 60 * 1_000;

/** How the job is lost, if it is. */
function lossOf(job: SimJob, ended: EndedSimulation): string | undefined {
  const { id, installationId, queuedAt, startedAt, completedAt = 0 } = job;
  if (job.status === 'waiting') return `job ${id} of ${installationId} is still behind its gate`;
  if (job.status !== 'queued' && (startedAt !== undefined || completedAt - queuedAt < DAY)) return undefined;
  if (explain(job) !== undefined) return undefined;
  return job.status === 'queued'
    ? `job ${id} of ${installationId} waits since ${new Date(queuedAt).toISOString()} ` +
        `(row: ${describeRow(rowOf(job, ended))})`
    : `job ${id} of ${installationId} waited a day`;
}

const rowOf = (job: SimJob, ended: EndedSimulation): Job | undefined =>
  ended.state.jobs.rows.get(`${job.installationId}/${job.id}`);
const describeRow = (row: Job | undefined): string =>
  row === undefined ? 'none' : `${row.state}${row.reason === undefined ? '' : ` ${row.reason}`} ${row.launchId}`;

/** Machines, slots, rows, configurations, groups and registrations that should be gone. */
function leftovers(ended: EndedSimulation): string[] {
  const { state, machines, github } = ended;
  const left: string[] = [];
  for (const machine of machines.all.values())
    if (isAlive(machine))
      left.push(`machine ${machine.record.instanceId} (${machine.launchId}) of ${machine.installationId}`);
  for (const [installationId, row] of state.tenants.rows) {
    const held = slotsHeldOf(row);
    if (held !== 0) left.push(`${held} slots of ${installationId}`);
    if (row['status'] === 'deleted' && row['cleanup'] !== 'done') left.push(`clean-up of ${installationId}`);
  }
  for (const { index, slots } of state.fleetSlots.all())
    if (slots.size > 0) left.push(`slots ${[...slots].join(' ')} of the fleet, in share ${index}`);
  for (const launch of state.launches.rows.values())
    if (isOpenLaunch(launch.state))
      left.push(`launch ${launch.launchId} of ${launch.installationId} is ${launch.state}`);
  for (const { installationId, launchId } of state.configs.entries.values())
    left.push(`configuration of ${launchId} (${installationId})`);
  for (const group of state.securityGroups.groups.values())
    if (github.tenantOf(Number(/-tenant-(\d+)$/.exec(group.name)?.[1])) === undefined)
      left.push(`security group ${group.name}`);
  for (const { name, installationId } of state.github.registrations)
    if (github.tenantOf(installationId)?.suspended === false) left.push(`registration ${name} of ${installationId}`);
  return [...left, ...openChecks(ended)];
}

/** Checks that go on although their job does not wait any more. */
function openChecks({ state, github }: EndedSimulation): string[] {
  const installed = new Set(github.tenants.map(({ installationId }) => installationId));
  const waits = ({ installationId, jobId }: { readonly installationId: number; readonly jobId: number }): boolean => {
    const row = state.jobs.rows.get(`${installationId}/${jobId}`);
    return row !== undefined && row.state !== 'running' && !isEnded(row.state);
  };
  return state.checkRuns.runs
    .filter((run) => run.status === 'queued' && installed.has(run.installationId) && !waits(run))
    .map(({ jobId, installationId }) => `check of job ${jobId} of ${installationId}`);
}

/** Of one job there is one check at most. */
function doubleChecks({ state }: EndedSimulation): string[] {
  const seen = new Set<string>();
  return state.checkRuns.runs.flatMap(({ installationId, jobId }) => {
    const key = `${installationId}/${jobId}`;
    if (seen.has(key)) return [`a second check of job ${jobId} of ${installationId}`];
    seen.add(key);
    return [];
  });
}

/** Once everything has settled, a job's row must agree with GitHub. */
function wrongRowOf(job: SimJob, ended: EndedSimulation): string | undefined {
  if (job.status !== 'completed') return undefined;
  if (job.tenant.suspended && job.tenant.installationId === job.installationId) return undefined;
  const row = rowOf(job, ended);
  if (row === undefined || isEnded(row.state)) return undefined;
  return `job ${job.id} of ${job.installationId} is over, its row says ${describeRow(row)}`;
}

/** What each job shows that is not as it should be once all is over. */
const faultsOf = (of: typeof lossOf, ended: EndedSimulation): string[] =>
  ended.github.jobs.flatMap((job) => of(job, ended) ?? []);

/** Whether messages, events or webhooks are on their way. */
function isBusy({ queues, stream, bus, deliveries }: EndedSimulation): boolean {
  return queues.some(({ length }) => length > 0) || stream.length > 0 || bus.length > 0 || deliveries.open > 0;
}

/** Whether the job is over, and its row says so. */
export const isOver = (job: SimJob, ended: EndedSimulation): boolean =>
  job.status !== 'in_progress' && lossOf(job, ended) === undefined && wrongRowOf(job, ended) === undefined;

/** Whether nothing is in progress any more. Asked often: a job that is over is read again only once all are. */
export function watchSettling(ended: EndedSimulation): () => boolean {
  const { jobs } = ended.github;
  let open = jobs;
  return () => {
    if (isBusy(ended)) return false;
    open = open.filter((job) => !isOver(job, ended));
    if (open.length > 0) return false;
    open = jobs.filter((job) => !isOver(job, ended));
    return open.length === 0 && leftovers(ended).length === 0;
  };
}

export function checkFinalInvariants(ended: EndedSimulation, violations: Violations): void {
  for (const what of faultsOf(lossOf, ended)) violations.record('lost', what);
  for (const what of [...leftovers(ended), ...doubleChecks(ended), ...faultsOf(wrongRowOf, ended)])
    violations.record('left over', what);
}
