import {
  appKeyOf,
  decideAppStep,
  isSameShape,
  moveDeployment,
  urlOf,
  type App,
  type AppSituation,
  type Deployment,
  type SeenApp,
} from '@multi-tenant-runner/core';
import { act } from './act';
import type { AppContext, DeployerDeps } from './deps';
import { earliest, settleHosts } from './settle-hosts';
import { readUnfinished } from './read-unfinished';
import { tellGitHub } from './tell-github';

/** More than there are kinds of steps; a decision that asks for the same one again would go on for ever. */
const STEPS = 40;

/** Takes one step after the other until there is nothing to do but wait. Answers until when. */
export async function settleApp(app: App, context: AppContext, deps: DeployerDeps): Promise<Date> {
  const unfinished = await readUnfinished(app, deps);
  for (const deployment of unfinished.filter(({ deploymentId }) => deploymentId !== app.wantedId)) {
    const reason = 'A newer commit was asked for.';
    await moveDeployment('supersede', deployment, { reason }, deps);
  }
  const wanted = unfinished.find(({ deploymentId }) => deploymentId === app.wantedId);
  const { due, seen } = await takeSteps(await situationOf(app, wanted, { context, deps }), context, deps);
  await tellGitHub(app, urlOf(context.settings, app.app), deps);
  return earliest(due, await settleHosts(app.app, seen.rule?.hosts ?? [], deps));
}

async function situationOf(
  app: App,
  deployment: Deployment | undefined,
  { context, deps }: { readonly context: AppContext; readonly deps: DeployerDeps },
): Promise<AppSituation> {
  const isBuilt = deployment === undefined || deployment.state === 'releasing';
  const builder = deps.builderOf(context.settings);
  const isReshaped = app.live?.shape !== undefined && !isSameShape(app.live.shape, app);
  const { wantedId: deploymentId } = app;
  const [seen, build, ended] = await Promise.all([
    deps.platform.look(app, isBuilt ? undefined : deployment.commit),
    deployment?.state === 'building' && deployment.build !== undefined ? builder.look(app, deployment) : undefined,
    deployment === undefined && isReshaped && deploymentId !== undefined
      ? deps.deployments.get({ appKey: appKeyOf(app), deploymentId })
      : undefined,
  ]);
  return {
    app,
    ...(deployment && { deployment }),
    ...(build && { build }),
    ...(ended && { ended }),
    seen,
    tenant: context.tenant,
    hosts: context.hosts,
    now: deps.clock.now(),
  };
}

interface Rest {
  readonly due: Date;
  /** As it stands after the steps. */
  readonly seen: SeenApp;
}

async function takeSteps(first: AppSituation, context: AppContext, deps: DeployerDeps): Promise<Rest> {
  let situation = first;
  for (let steps = 0; steps < STEPS; steps += 1) {
    const step = decideAppStep(situation);
    const { seen } = situation;
    if (step.do === 'rest') return { due: step.due, seen };
    deps.log.debug('A step of an app', { app: situation.app.app, step: step.do });
    const outcome = await act(step, situation, { ...deps, context });
    if (outcome.kind === 'rest') return { due: outcome.due, seen };
    situation = { ...situation, ...outcome.now, now: deps.clock.now() };
  }
  throw new Error(`${situation.app.app} does not come to rest: ${decideAppStep(situation).do} again and again`);
}
