import {
  ROUND,
  appKeyOf,
  decideAppStep,
  decideTurn,
  isSameShape,
  moveDeployment,
  urlOf,
  plus,
  standingOf,
  waitsFor,
  type App,
  type AppPart,
  type AppRest,
  type AppSituation,
  type Deployment,
} from '@multi-tenant-runner/core';
import { act } from './act';
import type { AppContext, DeployerDeps } from './deps';
import { earliest, settleHosts } from './settle-hosts';
import { readUnfinished } from './read-unfinished';
import { tellGitHub } from './tell-github';

/** More than there are kinds of steps; a decision that asks for the same one again would go on for ever. */
const STEPS = 40;

/** Until when there is nothing to do but wait; and, where all that stands was looked at, as what it is right. */
export type Settled = { readonly until: Date } & Pick<AppRest, 'settledAs' | 'settledUntil' | 'stood'>;

/** Takes one step after the other until there is nothing to do but wait; whoever waited for its turn comes next. */
export async function settleApp(app: App, context: AppContext, deps: DeployerDeps): Promise<Settled> {
  const current = await takeTurn(app, deps);
  const { due, ...last } = await takeSteps(await situationOf(app, current, { context, deps }), context, deps);
  if (last.isTurnOver) return settleApp(last.situation.app, context, deps);
  await tellGitHub(last.situation.app, urlOf(context.settings, app.app), deps);
  const settled = settledAfter(last, deps.clock.now());
  const { part, rule } = last.situation.seen;
  const until = part === 'all' ? due : earliest(due, untilOf(app));
  if (app.hosts.length === 0) return { until, ...settled };
  // Where the rule was not looked at, it is as it was when it was right.
  const inRule = part === 'all' ? (rule?.hosts ?? []) : context.hosts;
  return { until: earliest(until, await settleHosts(app.app, inRule, deps)), ...settled };
}

async function takeTurn(app: App, deps: DeployerDeps): Promise<Deployment | undefined> {
  const { current, waiting, superseded } = decideTurn(await readUnfinished(app, deps), app.wantedId);
  for (const { deployment, reason } of superseded) await moveDeployment('supersede', deployment, { reason }, deps);
  if (current === undefined || waiting === undefined) return current;
  const reason = waitsFor(current);
  if (waiting.reason !== reason) await moveDeployment('wait', waiting, { reason }, deps);
  return current;
}

/** A look at a service says nothing of the rest, which is looked at when it would have been. */
function settledAfter({ situation, isSettled }: Pick<Rest, 'situation' | 'isSettled'>, now: Date): Partial<Settled> {
  const { part, group, targetGroup, healthPath } = situation.seen;
  if (part === 'build') return {};
  if (!isSettled) return { settledAs: null };
  const settledAs = standingIn(situation);
  if (part === 'service') return { settledAs };
  const isAll = group !== undefined && targetGroup !== undefined && healthPath !== undefined;
  const stood = isAll ? { group, targetGroup, healthPath } : null;
  return { settledAs, settledUntil: plus(now, ROUND).getTime(), stood };
}

const standingIn = (situation: AppSituation): string =>
  standingOf(situation.app, situation, situation.deployment?.taskDefinition ?? situation.app.live?.taskDefinition);

/** All of it where anything else is to stand than at the last look at all, or that was long ago. */
function partOf(situation: Omit<AppSituation, 'seen'>): AppPart {
  const { app, deployment, now } = situation;
  const isKnown = [deployment?.taskDefinition, app.live?.taskDefinition].some(
    (version) => app.settledAs === standingOf(app, situation, version),
  );
  if (!isKnown || untilOf(app) <= now) return 'all';
  return deployment === undefined || deployment.state === 'releasing' ? 'service' : 'build';
}

/** For how long all that stands is believed to be right. */
const untilOf = ({ settledUntil = 0 }: App): Date => new Date(settledUntil);

async function situationOf(
  app: App,
  deployment: Deployment | undefined,
  { context, deps }: { readonly context: AppContext; readonly deps: DeployerDeps },
): Promise<AppSituation> {
  const isBuilt = deployment === undefined || deployment.state === 'releasing';
  const builder = deps.builderOf(context.settings);
  const isReshaped = app.live?.shape !== undefined && !isSameShape(app.live.shape, app);
  const { wantedId: deploymentId } = app;
  const { tenant, hosts } = context;
  const alarms = deps.platform.alarmsOf(app);
  const known = { app, deployment, tenant, hosts, alarms, now: deps.clock.now() };
  const part = partOf(known);
  const [seen, build, ended] = await Promise.all([
    deps.platform.look(app, { part, ...(!isBuilt && { commit: deployment.commit }) }),
    deployment?.state === 'building' && deployment.build !== undefined ? builder.look(app, deployment) : undefined,
    deployment === undefined && isReshaped && deploymentId !== undefined
      ? deps.deployments.get({ appKey: appKeyOf(app), deploymentId })
      : undefined,
  ]);
  return { ...known, ...(build && { build }), ...(ended && { ended }), seen, now: deps.clock.now() };
}

interface Rest {
  readonly due: Date;
  /** After the steps. */
  readonly situation: AppSituation;
  readonly isSettled: boolean;
  /** A deployment has ended, and another one has not. */
  readonly isTurnOver?: true;
}

async function takeSteps(first: AppSituation, context: AppContext, deps: DeployerDeps): Promise<Rest> {
  let situation = first;
  for (let steps = 0; steps < STEPS; steps += 1) {
    const step = decideAppStep(situation);
    if (step.do === 'rest') return { due: step.due, situation, isSettled: step.isSettled === true };
    deps.log.debug('A step of an app', { app: situation.app.app, step: step.do });
    const outcome = await act(step, situation, { ...deps, context });
    if (outcome.kind === 'rest') return { due: outcome.due, situation, isSettled: false };
    const wasUnderWay = situation.deployment !== undefined;
    situation = { ...situation, ...outcome.now, now: deps.clock.now() };
    const isOver = wasUnderWay && situation.deployment === undefined;
    // What runs is right only as the next one finds it: nothing of the app's own is begun before.
    if (isOver && (situation.app.unfinished?.size ?? 0) > 0)
      return { due: situation.now, situation, isSettled: false, isTurnOver: true };
  }
  throw new Error(`${situation.app.app} does not come to rest: ${decideAppStep(situation).do} again and again`);
}
