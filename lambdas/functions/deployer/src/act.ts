import {
  buildReshaping,
  shapeOf,
  withAlarm,
  withoutAlarms,
  type AppAlarm,
  type AppSituation,
  type AppStep,
} from '@multi-tenant-runner/core';
import { askBuild, countBuild } from './build';
import { fetchSource } from './fetch-source';
import { deploymentOf, done, end, move, refuse, stale, type ActDeps, type Acted } from './outcome';
import { createService, serveRule, takeSlot, updateService } from './release';
import { createRole, forgetSecrets } from './secrets';

type Step = Exclude<AppStep, { readonly do: 'rest' }>;

/** Takes one step. Every call here may be made twice: it adopts what stands. */
export async function act(step: Step, situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const { app } = situation;
  const { platform } = deps;
  switch (step.do) {
    case 'create':
      return create(step.what, situation, deps);
    case 'fetch-source':
      return fetchSource(situation, deps);
    case 'count-build':
      return countBuild(situation, deps);
    case 'ask-build':
      return askBuild(situation, deps);
    case 'take-slot':
      return takeSlot(situation, deps);
    case 'create-rule':
    case 'set-rule':
      return serveRule(step, situation, deps);
    case 'put-alarm':
      return putAlarm(step.alarm, situation, deps);
    case 'delete-alarms':
      await platform.deleteAlarms(step.names);
      return done({ seen: withoutAlarms(situation.seen, step.names) });
    case 'register-task': {
      const { digest = '', ...deployment } = deploymentOf(situation);
      const isFirst = situation.isImageNew === true;
      const taskDefinition = await platform.registerTask({ app, deployment, digest, isFirst });
      return move('recordTask', { taskDefinition, shape: shapeOf(app) }, situation, deps);
    }
    case 'reshape':
      return reshape(situation, deps);
    case 'forget-secrets':
      return forgetSecrets(situation, deps);
    case 'look':
      return done({ seen: await platform.look(app, step) });
    case 'create-service':
      return createService(step, situation, deps);
    case 'update-service':
      return updateService(step, situation, deps);
    case 'record-asked':
      return move('recordTask', { askedAt: deps.clock.now().toISOString() }, situation, deps);
    case 'record-image': {
      const moved = await move('recordImage', { digest: step.digest }, situation, deps);
      return moved.kind === 'done' ? done({ ...moved.now, isImageNew: true }) : moved;
    }
    case 'park':
      return move('park', { reason: step.reason }, situation, deps);
    case 'fail':
      return end('fail', { reason: step.reason }, situation, deps);
    case 'roll-back':
      return end('rollBack', { reason: step.reason }, situation, deps);
    case 'go-live':
      return end('goLive', { app }, situation, deps);
  }
}

async function putAlarm(alarm: AppAlarm, situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const { app, seen } = situation;
  const made = await deps.platform.putAlarm(app, alarm, seen.targetGroup ?? '');
  return made.kind === 'created' ? done({ seen: withAlarm(seen, alarm) }) : refuse(made.reason, situation, deps);
}

/** A release of its own, which the next look takes up. */
async function reshape({ app }: AppSituation, deps: ActDeps): Promise<Acted> {
  const { live, wantedId } = app;
  if (live === undefined) return stale(deps);
  const now = deps.clock.now();
  const made = buildReshaping(app, { live, wantedId }, now);
  const { kind } = await deps.deployments.request(made);
  deps.log.info('An app gets another size, port, path or secret', {
    app: app.app,
    deployment: made.deploymentId,
    kind,
  });
  return stale(deps);
}

async function create(
  what: Extract<Step, { readonly do: 'create' }>['what'],
  situation: AppSituation,
  deps: ActDeps,
): Promise<Acted> {
  const { app, seen } = situation;
  const { platform } = deps;
  switch (what) {
    case 'repository':
      await platform.createRepository(app);
      return done({ seen: { ...seen, repository: true } });
    case 'log-group':
      await platform.createLogGroup(app);
      return done({ seen: { ...seen, logGroup: true } });
    case 'group': {
      const group = await platform.createGroup(app, app.slot?.alb ?? 0);
      return group.kind === 'created'
        ? done({ seen: { ...seen, group: group.id } })
        : refuse(group.reason, situation, deps);
    }
    case 'role':
      return createRole(situation, deps);
    case 'target-group': {
      const made = await platform.createTargetGroup(app);
      return made.kind === 'created'
        ? done({ seen: { ...seen, targetGroup: made.id, healthPath: app.healthPath } })
        : refuse(made.reason, situation, deps);
    }
  }
}
