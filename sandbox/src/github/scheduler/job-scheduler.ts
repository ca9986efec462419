import { decodeJitConfig } from '../rest/jit-config';
import type { Clock, Conclusion, Job, Runner } from '../state/model';
import type { JobAction } from '../webhooks/payloads';
import { createSessions, type SessionEnd, type Sessions, type Waiting } from './sessions';
import { groupsOf } from '../runner-groups';
import type { Store } from '../state/store';
import { createTimers, type Timers } from './timers';
import {
  connect,
  disconnect,
  endJob,
  jobFor,
  occupy,
  openGate,
  runnerFor,
  shutGate,
  startJob,
} from '../state/transitions';

/** The release that the stand-in's runners claim to be. */
const RUNNER_VERSION = '2.336.0';

export interface SchedulerSettings {
  /** How long a job runs that says nothing else; null: until finished on request. */
  jobLengthMs: number | null;
  /** GitHub notices a lost runner after minutes; the sandbox is in more of a hurry. */
  lostRunnerMs: number;
}

export interface Session extends Waiting {
  readonly runner: Runner;
  /** The machine is gone, or its program was killed. */
  readonly disconnect: () => void;
}

/** Whether to send a webhook: for a change inferred from a signed webhook, its sender has sent one already. */
export interface Announce {
  readonly announce: boolean;
}

export const ANNOUNCED: Announce = { announce: true };

export interface JobScheduler {
  readonly enqueue: (job: Job) => void;
  readonly shutGate: (id: number, options?: Announce) => Job | undefined;
  readonly openGate: (id: number, options?: Announce) => Job | undefined;
  readonly end: (id: number, conclusion: Conclusion, options?: Announce) => Job | undefined;
  readonly setLength: (id: number, lengthMs: number | null) => Job | undefined;
  readonly connect: (jitConfig: string) => Session | undefined;
  readonly removeRunner: (id: number) => 'removed' | 'busy' | 'unknown';
  readonly stop: () => void;
}

export interface SchedulerOptions {
  readonly store: Store;
  readonly settings: SchedulerSettings;
  readonly clock: Clock;
  readonly announce: (action: JobAction, job: Job) => void;
}

interface SchedulerState extends SchedulerOptions {
  readonly sessions: Sessions;
  readonly timers: Timers;
}

/** Assigns queued jobs to idle runners and ends running jobs on time. */
export function createJobScheduler(options: SchedulerOptions): JobScheduler {
  const scheduler: SchedulerState = { ...options, sessions: createSessions(), timers: createTimers() };
  const { store } = scheduler;
  return {
    enqueue: (job) => {
      store.jobs.set(job.id, job);
      offer(scheduler, job);
    },
    shutGate: (id, options = ANNOUNCED) => {
      const job = store.jobs.get(id);
      const held = job && shutGate(job);
      if (held === undefined) return undefined;
      store.jobs.set(id, held);
      if (options.announce) scheduler.announce('waiting', held);
      return held;
    },
    openGate: (id, options = ANNOUNCED) => {
      const job = store.jobs.get(id);
      const opened = job && openGate(job);
      if (opened === undefined) return undefined;
      store.jobs.set(id, opened);
      if (options.announce) scheduler.announce('queued', opened);
      offer(scheduler, opened);
      return opened;
    },
    end: (id, conclusion, options = ANNOUNCED) => end(scheduler, id, conclusion, options),
    setLength: (id, lengthMs) => setLength(scheduler, id, lengthMs),
    connect: (jitConfig) => connectRunner(scheduler, jitConfig),
    removeRunner: (id) => {
      const runner = store.runners.get(id);
      if (runner === undefined) return 'unknown';
      if (runner.jobId !== undefined) return 'busy';
      dismiss(scheduler, id, { reason: 'removed' });
      return 'removed';
    },
    stop: () => scheduler.timers.clearAll(),
  };
}

function offer(scheduler: SchedulerState, job: Job): void {
  const runner = runnerFor(
    job,
    scheduler.store.runnersOf(job.accountId).filter((one) => isInGroup(scheduler, one, job)),
  );
  if (runner !== undefined) give(scheduler, job, runner);
}

/** A group's runners take no job of a repository that it leaves out. */
function isInGroup({ store }: SchedulerState, runner: Runner, job: Job): boolean {
  const group = groupsOf(store, runner.accountId).find(({ id }) => id === runner.groupId);
  return group?.repositoryIds?.includes(job.repositoryId) ?? true;
}

function give(scheduler: SchedulerState, job: Job, runner: Runner): void {
  const started = startJob(job, runner, scheduler.clock());
  const busy = occupy(runner, job.id);
  if (started === undefined || busy === undefined) return;
  scheduler.store.jobs.set(job.id, started);
  scheduler.store.runners.set(runner.id, busy);
  keepTime(scheduler, started);
  scheduler.announce('in_progress', started);
  scheduler.sessions.giveJob(runner.id, job.id);
}

function keepTime(scheduler: SchedulerState, job: Job): void {
  const length = job.lengthMs === undefined ? scheduler.settings.jobLengthMs : job.lengthMs;
  if (length === null) return scheduler.timers.clear(job.id);
  const now = scheduler.clock();
  scheduler.timers.set(
    job.id,
    (job.startedAt ?? now) + length - now,
    () => void end(scheduler, job.id, 'success', ANNOUNCED),
  );
}

function end(scheduler: SchedulerState, id: number, conclusion: Conclusion, options: Announce): Job | undefined {
  const job = scheduler.store.jobs.get(id);
  const ended = job && endJob(job, conclusion, scheduler.clock());
  if (ended === undefined) return undefined;
  scheduler.timers.clear(id);
  scheduler.store.jobs.set(id, ended);
  if (options.announce) scheduler.announce('completed', ended);
  // A just-in-time runner takes one job; GitHub then removes its registration.
  if (ended.runner !== undefined) dismiss(scheduler, ended.runner.id, { reason: 'job-ended', conclusion });
  return ended;
}

function dismiss(scheduler: SchedulerState, runnerId: number, why: SessionEnd): void {
  scheduler.store.runners.delete(runnerId);
  scheduler.sessions.end(runnerId, why);
}

function setLength(scheduler: SchedulerState, id: number, lengthMs: number | null): Job | undefined {
  const job = scheduler.store.jobs.get(id);
  if (job === undefined || job.status === 'completed') return undefined;
  const changed = { ...job, lengthMs };
  scheduler.store.jobs.set(id, changed);
  // The clock of a job whose runner is lost runs for another reason.
  const connected = changed.runner !== undefined && scheduler.store.runners.get(changed.runner.id)?.status === 'online';
  if (changed.status === 'in_progress' && connected) keepTime(scheduler, changed);
  return changed;
}

function connectRunner(scheduler: SchedulerState, jitConfig: string): Session | undefined {
  const identity = decodeJitConfig(jitConfig);
  const known = identity && scheduler.store.runners.get(identity.runnerId);
  const online =
    known !== undefined && known.clientId === identity?.clientId ? connect(known, RUNNER_VERSION) : undefined;
  if (online === undefined) return undefined;
  scheduler.store.runners.set(online.id, online);
  const waiting = scheduler.sessions.open(online.id);
  const job = jobFor(
    online,
    scheduler.store.openJobs(online.accountId).filter((one) => isInGroup(scheduler, online, one)),
  );
  if (job !== undefined) give(scheduler, job, online);
  return { runner: online, ...waiting, disconnect: () => lose(scheduler, online.id) };
}

function lose(scheduler: SchedulerState, runnerId: number): void {
  if (!scheduler.sessions.isOpen(runnerId)) return;
  scheduler.sessions.end(runnerId, { reason: 'disconnected' });
  const runner = scheduler.store.runners.get(runnerId);
  if (runner === undefined) return;
  scheduler.store.runners.set(runnerId, disconnect(runner));
  const { jobId } = runner;
  if (jobId !== undefined)
    scheduler.timers.set(
      jobId,
      scheduler.settings.lostRunnerMs,
      () => void end(scheduler, jobId, 'failure', ANNOUNCED),
    );
}
