import {
  EVENT_SOURCE,
  HOUR,
  MINUTE,
  SECOND,
  buildApp,
  namesOfApp,
  type AppGitHub,
  type AppQuota,
  type AppSettings,
} from '@multi-tenant-runner/core';
import { createInMemoryAppGitHub, newApp } from '@multi-tenant-runner/testing';
import { strToU8, zipSync } from 'fflate';
import { createRandom } from './engine/random';
import { createScheduler, type Scheduler } from './engine/scheduler';
import { installVirtualTimers } from './engine/virtual-timers';
import { createAppBuckets } from './services/app-buckets';
import { createPushMarks } from './push-marks';
import { schedulePushes } from './push-schedule';
import { wrongIn, type PushLoad, type PushTimes } from './push-report';
import { createAppPlane, type AppPlane } from './services/app-plane';

const ARCHIVE = zipSync({ 'org-app-0123456/Dockerfile': strToU8('FROM scratch') });
const QUOTA: AppQuota = { apps: 999, tasks: 999, vcpu: 999, memoryGb: 999, secrets: 20, buildsPerHour: 100_000 };
const SETTINGS: AppSettings = {
  domain: 'apps.example.com',
  https: true,
  builder: 'runner',
  quotas: new Map([['small', QUOTA]]),
  reservedNames: [],
};
/** Milliseconds: the webhook with its write to the bus, the bus and the queue, a build, the start of healthy tasks. */
const [WEBHOOK, BUS, BUILD, ROLLOUT] = [
  [25, 140],
  [30, 250],
  [40_000, 60_000],
  [40_000, 70_000],
] as const;
const RULES = 100;
/** Milliseconds between two apps that come up. */
const APART = 2_000;
/** Longer than the search for a lost push and the deployment of it take. */
const CALM = 30 * MINUTE;
/** For what ECS's limits hold up; whatever has not ended then is said to be wrong. */
const PATIENCE = 3 * HOUR;
const CHANCE = { dies: 0.002, twice: 0.05, late: 0.05, lost: 0.02 };

/** Pushes of all tenants at their own moments, until all of them have come to rest. */
export async function runPushes(load: PushLoad): Promise<PushTimes> {
  const scheduler = createScheduler('2026-01-15T12:00:00.000Z');
  const uninstall = installVirtualTimers(scheduler);
  try {
    const run = createRun(load, scheduler);
    await run.declare();
    run.warmUp();
    await scheduler.run(() => run.isUp());
    const begins = scheduler.now() + MINUTE;
    const ends = begins + load.minutes * MINUTE;
    run.plan(begins, ends);
    await scheduler.run(() => scheduler.now() > ends + (run.isAtRest() ? CALM : PATIENCE));
    return run.result();
  } finally {
    uninstall();
  }
}

function createRun(load: PushLoad, scheduler: Scheduler) {
  const { tenants, apps, pushes, faults = false, seed = '1', raised = 1 } = load;
  const random = createRandom(seed);
  const [chance, times] = [random.fork('faults'), random.fork('times')];
  const buckets = createAppBuckets(scheduler, raised);
  const heads = new Map<number, { readonly after: string; readonly before?: string; readonly at: Date }>();
  let faultsEnd = 0;
  const isFaulty = (of: keyof typeof CHANCE): boolean =>
    faults && scheduler.now() < faultsEnd && chance.chance(CHANCE[of]);
  const after = ([least, most]: readonly [number, number], action: () => void): void =>
    void scheduler.after(times.between(least, most), action);
  const tell = (event: object): void => {
    const send = (): void => after(BUS, () => plane.queue.send(event));
    if (isFaulty('late')) scheduler.after(times.between(0, MINUTE), send);
    else send();
    if (isFaulty('twice')) scheduler.after(times.between(0, MINUTE), send);
  };
  const leaveImage = (repository: string, commit: string): void => {
    if (!buckets.take('PutImage')) return after([500, 1_500], () => leaveImage(repository, commit));
    plane.aws.others.repositories.get(repository)?.set(commit, `sha256:${commit}`);
    marks.mark('imaged', commit);
    const detail = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': commit };
    tell({ source: 'aws.ecr', 'detail-type': 'ECR Image Action', detail });
  };
  const inner = createInMemoryAppGitHub();
  const github: AppGitHub = {
    ...inner,
    archive: async () => ({ kind: 'archive', bytes: ARCHIVE }),
    head: async ({ repoId }, _branch, known) => {
      const commit = heads.get(repoId)?.after;
      return commit !== undefined && commit === known ? { kind: 'same' } : { kind: 'found', ...(commit && { commit }) };
    },
    lastMove: async ({ repoId }) => {
      const move = heads.get(repoId);
      return { kind: 'found', ...(move && { move }) };
    },
    dispatch: async (place, run) => {
      const { app = '', commit = '' } = run.inputs;
      marks.mark('asked', commit);
      after(BUILD, () => leaveImage(namesOfApp('sim', app).repository, commit));
      return inner.dispatch(place, run);
    },
  };
  const plane: AppPlane = createAppPlane({
    scheduler,
    random: times,
    buckets,
    settings: SETTINGS,
    loadBalancers: Math.ceil((tenants * apps) / RULES),
    github,
    dies: () => (isFaulty('dies') ? chance.pick(['before', 'after'] as const) : undefined),
    onCall: (action, input) => {
      if (action !== 'CreateService' && action !== 'UpdateService') return;
      const image = plane.aws.ecs.tasks.get(String(input['taskDefinition'] ?? ''))?.image ?? '';
      const commit = image.split('sha256:')[1] ?? '';
      marks.mark('released', commit);
      const name = String(input['serviceName'] ?? input['service']);
      after(ROLLOUT, () => {
        plane.aws.ecs.settle(name);
        const resources = [`arn:aws:ecs:us-east-1:123456789012:service/apps/${name}`];
        tell({ source: 'aws.ecs', 'detail-type': 'ECS Deployment State Change', resources, detail: {} });
      });
    },
  });
  const marks = createPushMarks(() => scheduler.now(), plane.tables.deployments);
  const all = Array.from({ length: tenants * apps }, (_, index) => ({
    app: `app-${index}`,
    repoId: index + 1,
    installationId: 1_001 + Math.floor(index / apps),
  }));
  let commits = 0;
  const push = ({ repoId, installationId }: (typeof all)[number]): void => {
    const commit = (commits += 1).toString(16).padStart(12, '0').padEnd(40, 'a');
    const before = heads.get(repoId)?.after;
    const at = new Date(Math.floor(scheduler.now() / SECOND) * SECOND);
    heads.set(repoId, { after: commit, at, ...(before !== undefined && { before }) });
    marks.mark('heard', commit);
    if (isFaulty('lost')) return;
    const repository = { id: repoId, full_name: 'org/app', pushed_at: Math.floor(at.getTime() / SECOND) };
    const detail = { ref: 'refs/heads/main', after: commit, before, installation: { id: installationId }, repository };
    after(WEBHOOK, () => tell({ source: EVENT_SOURCE, 'detail-type': 'push', detail }));
  };
  return {
    declare: async (): Promise<void> => {
      for (const one of all) await plane.tables.apps.create(buildApp(newApp(one), scheduler.clock.now()), QUOTA);
    },
    /** Each app gets its first version, as slowly as an account grows: making things is not what is measured. */
    warmUp: (): void => {
      for (const [index, one] of all.entries()) scheduler.after(index * APART, () => push(one));
    },
    isUp: (): boolean => [...plane.tables.rows.values()].every(({ live }) => live !== undefined),
    isAtRest: (): boolean => [...plane.tables.rows.values()].every(({ unfinished }) => !unfinished?.size),
    plan: (begins: number, ends: number): void => {
      marks.clear();
      buckets.throttled.clear();
      faultsEnd = ends + MINUTE;
      const every = (MINUTE * apps) / pushes;
      for (const one of all)
        schedulePushes(begins + times.between(0, every), { ends, every, times, scheduler }, () => push(one));
    },
    result: (): PushTimes => {
      return {
        pushed: marks.count('heard'),
        ...marks.waits(),
        throttled: buckets.throttled,
        invocations: plane.invocations(),
        wrong: wrongIn(
          plane,
          all.map(({ app, repoId }) => ({ app, head: heads.get(repoId)?.after })),
        ),
      };
    },
  };
}
