import type { Job, Runner } from './model';
import {
  canTake,
  endJob,
  isIdle,
  jobFor,
  occupy,
  openGate,
  rename,
  runnerFor,
  shutGate,
  startJob,
  suspend,
  uninstall,
  unsuspend,
} from './transitions';

const installation = {
  id: 1,
  account: { id: 10, login: 'acme', type: 'Organization' as const },
  state: 'active' as const,
  permissions: {},
  createdAt: 0,
  updatedAt: 0,
};
const job: Job = {
  id: 5,
  runId: 6,
  installationId: 1,
  accountId: 10,
  repositoryId: 20,
  name: 'build',
  labels: ['self-hosted', 'small'],
  status: 'queued',
  conclusion: null,
  queuedAt: 100,
};
const runner: Runner = {
  id: 7,
  name: 'one',
  accountId: 10,
  labels: ['Self-Hosted', 'linux', 'SMALL'],
  groupId: 1,
  status: 'online',
  version: '2',
  clientId: 'x',
  createdAt: 0,
};

describe('an installation', () => {
  it('is suspended once and lifted once', () => {
    const suspended = suspend(installation, 50);
    expect(suspended).toMatchObject({ state: 'suspended', suspendedAt: 50, updatedAt: 50 });
    expect(suspended && suspend(suspended, 60)).toBeUndefined();
    const lifted = suspended && unsuspend(suspended, 70);
    expect(lifted).toEqual({ ...installation, updatedAt: 70 });
    expect(lifted && unsuspend(lifted, 80)).toBeUndefined();
  });

  it('that was removed changes no more', () => {
    const removed = uninstall(installation, 50);
    expect(removed).toMatchObject({ state: 'deleted' });
    for (const change of [suspend, unsuspend, uninstall]) expect(removed && change(removed, 60)).toBeUndefined();
    expect(removed && rename(removed, 'other', 60)).toBeUndefined();
  });

  it('keeps its account through a new name', () => {
    expect(rename(installation, 'acme-corp', 50)?.account).toEqual({
      id: 10,
      login: 'acme-corp',
      type: 'Organization',
    });
    expect(rename(installation, 'acme', 50)).toBeUndefined();
  });
});

describe('a job', () => {
  it('starts and ends once', () => {
    const started = startJob(job, runner, 200);
    expect(started).toMatchObject({ status: 'in_progress', runner: { id: 7, name: 'one' }, startedAt: 200 });
    expect(started && startJob(started, runner, 300)).toBeUndefined();
    const ended = started && endJob(started, 'success', 300);
    expect(ended).toMatchObject({ status: 'completed', conclusion: 'success', completedAt: 300 });
    expect(ended && endJob(ended, 'failure', 400)).toBeUndefined();
  });

  it('behind a gate starts on no runner until the gate opens', () => {
    const gated: Job = { ...job, status: 'waiting' };
    expect(startJob(gated, runner, 200)).toBeUndefined();
    expect(runnerFor(gated, [runner])).toBeUndefined();
    expect(openGate(gated)).toMatchObject({ status: 'queued' });
    expect(openGate(job)).toBeUndefined();
    expect(shutGate(job)).toEqual(gated);
    expect(shutGate(gated)).toBeUndefined();
  });
});

describe('a runner takes', () => {
  it.each<[string, Partial<Runner>, Partial<Job>, boolean]>([
    ['a job whose labels it has, whatever their case', {}, {}, true],
    ['no job that asks for one label more', {}, { labels: ['self-hosted', 'small', 'gpu'] }, false],
    ['any job that names only its group', {}, { labels: [] }, true],
    ['no public job that its group does not admit', {}, { barred: true }, false],
    ['no job of another account', { accountId: 11 }, {}, false],
    ['a job of its repository', { repositoryId: 20 }, {}, true],
    ['no job of another repository', { repositoryId: 21 }, {}, false],
  ])('%s', (_case, ofRunner, ofJob, expected) => {
    expect(canTake({ ...runner, ...ofRunner }, { ...job, ...ofJob })).toBe(expected);
  });

  it('the oldest job that fits', () => {
    const younger = { ...job, id: 8, queuedAt: 200 };
    const foreign = { ...job, id: 9, queuedAt: 1, labels: ['gpu'] };
    expect(jobFor(runner, [foreign, younger, job])?.id).toBe(5);
  });

  it('one job only, and none while offline', () => {
    const busy = occupy(runner, 5);
    expect(busy && isIdle(busy)).toBe(false);
    expect(busy && occupy(busy, 8)).toBeUndefined();
    expect(runnerFor(job, [{ ...runner, status: 'offline' }])).toBeUndefined();
  });
});
