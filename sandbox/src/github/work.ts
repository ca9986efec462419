import { decodeJitConfig } from './jit-config';
import type { Clock, Conclusion, Job, Runner } from './model';
import type { JobAction } from './payloads';
import { createSessions, type SessionEnd, type Sessions, type Waiting } from './sessions';
import { groupsOf } from './runner-groups';
import type { Store } from './store';
import { createTimers, type Timers } from './timers';
import { connect, disconnect, endJob, jobFor, occupy, openGate, runnerFor, shutGate, startJob } from './transitions';

/** The release that the stand-in's runners claim to be. */
const RUNNER_VERSION = '2.336.0';

export interface WorkSettings {
  /** How long a job runs that says nothing else; null: until told to finish. */
  jobLengthMs: number | null;
  /** GitHub notices a lost runner after minutes; the sandbox is in more of a hurry. */
  lostRunnerMs: number;
}

export interface Session extends Waiting {
  readonly runner: Runner;
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
  readonly shutGate: (id: number, told?: Told) => Job | undefined;
  readonly openGate: (id: number, told?: Told) => Job | undefined;
  readonly end: (id: number, conclusion: Conclusion, told?: Told) => Job | undefined;
  readonly setLength: (id: number, lengthMs: number | null) => Job | undefined;
  readonly connect: (jitConfig: string) => Session | undefined;
  readonly removeRunner: (id: number) => 'removed' | 'busy' | 'unknown';
  readonly stop: () => void;
}

export interface WorkOptions {
  readonly store: Store;
  readonly settings: WorkSettings;
  readonly clock: Clock;
  readonly announce: (action: JobAction, job: Job) => void;
}

interface Shop extends WorkOptions {
  readonly sessions: Sessions;
  readonly timers: Timers;
}

/** Hands queued jobs to idle runners, and keeps time for what runs. */
export function createWork(options: WorkOptions): Work {
  const shop: Shop = { ...options, sessions: createSessions(), timers: createTimers() };
  const { store } = shop;
  return {
    enqueue: (job) => {
      store.jobs.set(job.id, job);
      offer(shop, job);
    },
    shutGate: (id, told = ALOUD) => {
      const job = store.jobs.get(id);
      const held = job && shutGate(job);
      if (held === undefined) return undefined;
      store.jobs.set(id, held);
      if (told.announce) shop.announce('waiting', held);
      return held;
    },
    openGate: (id, told = ALOUD) => {
      const job = store.jobs.get(id);
      const opened = job && openGate(job);
      if (opened === undefined) return undefined;
      store.jobs.set(id, opened);
      if (told.announce) shop.announce('queued', opened);
      offer(shop, opened);
      return opened;
    },
    end: (id, conclusion, told = ALOUD) => end(shop, id, conclusion, told),
    setLength: (id, lengthMs) => setLength(shop, id, lengthMs),
    connect: (jitConfig) => connectRunner(shop, jitConfig),
    removeRunner: (id) => {
      const runner = store.runners.get(id);
      if (runner === undefined) return 'unknown';
      if (runner.jobId !== undefined) return 'busy';
      dismiss(shop, id, { reason: 'removed' });
      return 'removed';
    },
    stop: () => shop.timers.clearAll(),
  };
}

function offer(shop: Shop, job: Job): void {
  const runner = runnerFor(job, shop.store.runnersOf(job.accountId).filter((one) => isInGroup(shop, one, job)));
  if (runner !== undefined) give(shop, job, runner);
}

/** A group's runners take no job of a repository that it leaves out. */
function isInGroup({ store }: Shop, runner: Runner, job: Job): boolean {
  const group = groupsOf(store, runner.accountId).find(({ id }) => id === runner.groupId);
  return group?.repositoryIds?.includes(job.repositoryId) ?? true;
}

function give(shop: Shop, job: Job, runner: Runner): void {
  const started = startJob(job, runner, shop.clock());
  const busy = occupy(runner, job.id);
  if (started === undefined || busy === undefined) return;
  shop.store.jobs.set(job.id, started);
  shop.store.runners.set(runner.id, busy);
  keepTime(shop, started);
  shop.announce('in_progress', started);
  shop.sessions.giveJob(runner.id, job.id);
}

function keepTime(shop: Shop, job: Job): void {
  const length = job.lengthMs === undefined ? shop.settings.jobLengthMs : job.lengthMs;
  if (length === null) return shop.timers.clear(job.id);
  const now = shop.clock();
  shop.timers.set(job.id, (job.startedAt ?? now) + length - now, () => void end(shop, job.id, 'success', ALOUD));
}

function end(shop: Shop, id: number, conclusion: Conclusion, told: Told): Job | undefined {
  const job = shop.store.jobs.get(id);
  const ended = job && endJob(job, conclusion, shop.clock());
  if (ended === undefined) return undefined;
  shop.timers.clear(id);
  shop.store.jobs.set(id, ended);
  if (told.announce) shop.announce('completed', ended);
  // A just-in-time runner takes one job; GitHub then removes its registration.
  if (ended.runner !== undefined) dismiss(shop, ended.runner.id, { reason: 'job-ended', conclusion });
  return ended;
}

function dismiss(shop: Shop, runnerId: number, why: SessionEnd): void {
  shop.store.runners.delete(runnerId);
  shop.sessions.end(runnerId, why);
}

function setLength(shop: Shop, id: number, lengthMs: number | null): Job | undefined {
  const job = shop.store.jobs.get(id);
  if (job === undefined || job.status === 'completed') return undefined;
  const changed = { ...job, lengthMs };
  shop.store.jobs.set(id, changed);
  // The clock of a job whose runner is lost runs for another reason.
  const connected = changed.runner !== undefined && shop.store.runners.get(changed.runner.id)?.status === 'online';
  if (changed.status === 'in_progress' && connected) keepTime(shop, changed);
  return changed;
}

function connectRunner(shop: Shop, jitConfig: string): Session | undefined {
  const identity = decodeJitConfig(jitConfig);
  const known = identity && shop.store.runners.get(identity.runnerId);
  const online = known !== undefined && known.clientId === identity?.clientId ? connect(known, RUNNER_VERSION) : undefined;
  if (online === undefined) return undefined;
  shop.store.runners.set(online.id, online);
  const waiting = shop.sessions.open(online.id);
  const job = jobFor(online, shop.store.openJobs(online.accountId).filter((one) => isInGroup(shop, online, one)));
  if (job !== undefined) give(shop, job, online);
  return { runner: online, ...waiting, disconnect: () => lose(shop, online.id) };
}

function lose(shop: Shop, runnerId: number): void {
  if (!shop.sessions.isOpen(runnerId)) return;
  shop.sessions.end(runnerId, { reason: 'disconnected' });
  const runner = shop.store.runners.get(runnerId);
  if (runner === undefined) return;
  shop.store.runners.set(runnerId, disconnect(runner));
  const { jobId } = runner;
  if (jobId !== undefined) shop.timers.set(jobId, shop.settings.lostRunnerMs, () => void end(shop, jobId, 'failure', ALOUD));
}
