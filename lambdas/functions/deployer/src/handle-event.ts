import type { App, PullEvent, PushEvent } from '@multi-tenant-runner/core';
import { appsOf } from './apps-of';
import { declareFromRepository } from './declare-from-repository';
import type { DeployerDeps } from './deps';
import { openPreview } from './open-preview';
import type { AppEvent } from './parse-event';
import { reconcile } from './reconcile';
import { requestPush } from './request-push';

/** Records what an event asks for, and then looks at the apps that it is about. @throws to be tried again */
export async function handleEvent(event: AppEvent, deps: DeployerDeps): Promise<void> {
  switch (event.kind) {
    case 'nothing':
      return deps.log.debug('An event is of no interest', { reason: event.reason });
    case 'app':
      return look(event.app, deps);
    case 'push':
      return handlePush(event.push, deps);
    case 'pull':
      return handlePull(event.pull, deps);
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
  let isKnown = false;
  for await (const app of appsOf(push.installationId, deps)) {
    isKnown ||= app.repoId === push.repoId && app.previewOf === undefined;
    if (app.repoId !== push.repoId || app.branch !== push.branch) continue;
    if (app.previewOf !== undefined) {
      await look(app.app, deps);
      continue;
    }
    await deployPush(app, push, deps);
  }
  const declared = isKnown ? undefined : await declareFromRepository(push, deps);
  if (declared?.branch === push.branch) await deployPush(declared, push, deps);
}

async function deployPush(app: App, push: PushEvent, deps: DeployerDeps): Promise<void> {
  const { deployment, outcome } = await requestPush(app, push, deps);
  deps.metrics.count('AppPushed', { properties: { app: app.app, outcome } });
  deps.log.info('A push asks for a deployment', { app: app.app, deployment, outcome });
  await reconcile(app.app, deps);
}

/** One app's pull request that fails is tried again with all of the event; what was done for another is done. */
async function handlePull({ installationId, repoId, number }: PullEvent, deps: DeployerDeps): Promise<void> {
  for await (const app of appsOf(installationId, deps)) {
    if (app.repoId !== repoId || app.previewOf !== undefined) continue;
    const preview = await openPreview(app, { number }, deps);
    if (preview !== undefined) await look(preview, deps);
  }
}
