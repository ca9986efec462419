import { decodeJitConfig } from './jit-config';
import type { Clock, Conclusion, Job, Runner } from './model';
import type { JobAction } from './payloads';
import type { Store } from './store';
import { connect, disconnect, endJob, jobFor, occupy, openGate, runnerFor, startJob } from './transitions';

/** The release that the stand-in's runners claim to be. */
const RUNNER_VERSION = '2.336.0';

export interface WorkSettings {
  /** How long a job runs that says nothing else; null: until told to finish. */
  jobLengthMs: number | null;
  /** GitHub notices a lost runner after minutes; the sandbox is in more of a hurry. */
  lostRunnerMs: number;
}

export interface SessionEnd {
  readonly reason: 'job-ended' | 'removed' | 'disconnected';
  readonly conclusion?: Conclusion;
}

export interface Session {
  readonly runner: Runner;
  /** The id of the job that the runner took. */
  readonly hasJob: Promise<number>;
  readonly ended: Promise<SessionEnd>;
  /** The machine is gone, or its program was killed. */
  readonly disconnect: () => void;
}

/** Who tells: a change that the front learnt was announced already, by the program that signed it. */
export interface Told {
  readonly announce: boolean;
}

export const ALOUD: Told = { announce: true };

export interface Work {
  readonly enqueue: (job: Job) => void;
  readonly openGate: (id: number, told?: Told) => Job | undefined;
  readonly end: (id: number, conclusion: Conclusion, told?: Told) => Job | undefined;
  readonly setLength: (id: number, lengthMs: number | null) => Job | undefined;
  readonly connect: (jitConfig: string) => Session | undefined;
  readonly removeRunner: (id: number) => 'removed' | 'busy' | 'unknown';
  readonly stop: () => void;
}

interface Listener {
  readonly took: (jobId: number) => void;
  readonly ended: (end: SessionEnd) => void;
}

export interface WorkOptions {
  readonly store: Store;
  readonly settings: WorkSettings;
  readonly clock: Clock;
  readonly announce: (action: JobAction, job: Job) => void;
}

/** Hands queued jobs to idle runners, and keeps time for what runs. */
export function createWork({ store, settings, clock, announce }: WorkOptions): Work {
  const sessions = new Map<number, Listener>();
  const timers = new Map<number, NodeJS.Timeout>();

  const setTimer = (jobId: number, delayMs: number, then: () => void): void => {
    clearTimer(jobId);
    timers.set(jobId, setTimeout(then, Math.max(0, delayMs)));
  };
  const clearTimer = (jobId: number): void => {
    clearTimeout(timers.get(jobId));
    timers.delete(jobId);
  };
  const keepTime = (job: Job): void => {
    const length = job.lengthMs === undefined ? settings.jobLengthMs : job.lengthMs;
    if (length === null) return clearTimer(job.id);
    setTimer(job.id, (job.startedAt ?? clock()) + length - clock(), () => void end(job.id, 'success'));
  };
  const dismiss = (runnerId: number, why: SessionEnd): void => {
    store.runners.delete(runnerId);
    sessions.get(runnerId)?.ended(why);
    sessions.delete(runnerId);
  };

  const give = (job: Job, runner: Runner): void => {
    const started = startJob(job, runner, clock());
    const busy = occupy(runner, job.id);
    if (started === undefined || busy === undefined) return;
    store.jobs.set(job.id, started);
    store.runners.set(runner.id, busy);
    keepTime(started);
    announce('in_progress', started);
    sessions.get(runner.id)?.took(job.id);
  };
  const offer = (job: Job): void => {
    const runner = runnerFor(job, store.runnersOf(job.accountId));
    if (runner !== undefined) give(job, runner);
  };
  const end = (id: number, conclusion: Conclusion, told = ALOUD): Job | undefined => {
    const job = store.jobs.get(id);
    const ended = job && endJob(job, conclusion, clock());
    if (ended === undefined) return undefined;
    clearTimer(id);
    store.jobs.set(id, ended);
    if (told.announce) announce('completed', ended);
    // A just-in-time runner takes one job; GitHub then removes its registration.
    if (ended.runner !== undefined) dismiss(ended.runner.id, { reason: 'job-ended', conclusion });
    return ended;
  };
  const lose = (runnerId: number): void => {
    const runner = store.runners.get(runnerId);
    sessions.get(runnerId)?.ended({ reason: 'disconnected' });
    sessions.delete(runnerId);
    if (runner === undefined) return;
    store.runners.set(runnerId, disconnect(runner));
    const { jobId } = runner;
    if (jobId !== undefined) setTimer(jobId, settings.lostRunnerMs, () => void end(jobId, 'failure'));
  };

  return {
    enqueue: (job) => {
      store.jobs.set(job.id, job);
      if (job.status === 'queued') offer(job);
    },
    openGate: (id, told = ALOUD) => {
      const job = store.jobs.get(id);
      const opened = job && openGate(job);
      if (opened === undefined) return undefined;
      store.jobs.set(id, opened);
      if (told.announce) announce('queued', opened);
      offer(opened);
      return opened;
    },
    end,
    setLength: (id, lengthMs) => {
      const job = store.jobs.get(id);
      if (job === undefined || job.status === 'completed') return undefined;
      const changed = { ...job, lengthMs };
      store.jobs.set(id, changed);
      const connected = changed.runner !== undefined && store.runners.get(changed.runner.id)?.status === 'online';
      if (changed.status === 'in_progress' && connected) keepTime(changed);
      return changed;
    },
    connect: (jitConfig) => {
      const identity = decodeJitConfig(jitConfig);
      const known = identity && store.runners.get(identity.runnerId);
      const online = known?.clientId === identity?.clientId && known ? connect(known, RUNNER_VERSION) : undefined;
      if (online === undefined) return undefined;
      store.runners.set(online.id, online);
      const session = listen(sessions, online.id);
      const job = jobFor(online, store.openJobs(online.accountId));
      if (job !== undefined) give(job, online);
      return {
        runner: online,
        ...session,
        disconnect: () => {
          if (sessions.has(online.id)) lose(online.id);
        },
      };
    },
    removeRunner: (id) => {
      const runner = store.runners.get(id);
      if (runner === undefined) return 'unknown';
      if (runner.jobId !== undefined) return 'busy';
      dismiss(id, { reason: 'removed' });
      return 'removed';
    },
    stop: () => {
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

function listen(sessions: Map<number, Listener>, runnerId: number): { hasJob: Promise<number>; ended: Promise<SessionEnd> } {
  let took: Listener['took'] = () => undefined;
  let over: Listener['ended'] = () => undefined;
  const hasJob = new Promise<number>((resolve) => (took = resolve));
  const ended = new Promise<SessionEnd>((resolve) => (over = resolve));
  sessions.set(runnerId, { took, ended: over });
  return { hasJob, ended };
}
