import {
  appKeyOf,
  buildPushDeployment,
  secondOf,
  type App,
  type Deployment,
  type PushEvent,
} from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';
import type { AppEvent } from './parse-event';
import { placeOf } from './place';
import { reconcile } from './reconcile';

const PAGE = 100;

/** Records what an event asks for, and then looks at the apps that it is about. @throws to be tried again */
export async function handleEvent(event: AppEvent, deps: DeployerDeps): Promise<void> {
  switch (event.kind) {
    case 'nothing':
      return deps.log.debug('An event is of no interest', { reason: event.reason });
    case 'app':
      return look(event.app, deps);
    case 'push':
      return handlePush(event.push, deps);
    case 'repository':
      for await (const app of appsOf(event.installationId, deps))
        if (app.repoId === event.repoId) await look(app.app, deps);
      return undefined;
    case 'tenant':
      for await (const app of appsOf(event.installationId, deps)) await look(app.app, deps);
  }
}

/** Asks first: whoever holds the app then looks once more before it rests. */
async function look(app: string, deps: DeployerDeps): Promise<void> {
  if (await deps.apps.ask(app, deps.clock.now())) await reconcile(app, deps);
}

async function handlePush(push: PushEvent, deps: DeployerDeps): Promise<void> {
  for await (const app of appsOf(push.installationId, deps)) {
    if (app.repoId !== push.repoId || app.branch !== push.branch) continue;
    const key = { installationId: app.installationId, app: app.app, appKey: appKeyOf(app) };
    const deployment = buildPushDeployment(key, push, deps.clock.now());
    const outcome = await requestInOrder(app, deployment, deps);
    deps.metrics.count('AppPushed', { properties: { app: app.app, outcome } });
    deps.log.info('A push asks for a deployment', { app: app.app, deployment: deployment.deploymentId, outcome });
    await reconcile(app.app, deps);
  }
}

/** GitHub knows which of two pushes of one second is the branch's commit now; a third one is newer than both. */
async function requestInOrder(app: App, deployment: Deployment, deps: DeployerDeps): Promise<string> {
  const first = await deps.deployments.request(deployment);
  if (first.kind !== 'tie') return first.kind;
  const head = await deps.github.head(placeOf(app), app.branch);
  if (head.kind !== 'found') throw new Error(`GitHub does not say which push to ${app.app} is the newer one`);
  const isStanding = head.commit !== undefined && first.with.endsWith(`-${head.commit.slice(0, 12)}`);
  if (isStanding || secondOf(first.with) !== secondOf(deployment.deploymentId)) return 'older';
  return (await deps.deployments.request(deployment, first.with)).kind;
}

async function* appsOf(installationId: number, deps: DeployerDeps): AsyncGenerator<App> {
  let after: string | undefined;
  do {
    const page = await deps.apps.pageOfTenant(installationId, { limit: PAGE, ...(after !== undefined && { after }) });
    yield* page.apps;
    after = page.next;
  } while (after !== undefined);
}
