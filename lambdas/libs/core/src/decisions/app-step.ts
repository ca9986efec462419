import { isSameShape, type App, type AppSlot } from '../model/app';
import { isSameSet, isSuspended, rolloutOf } from './app-standing';
import { decideAlarms } from './app-alarms';
import { LOOK_AGAIN, decideRollout } from './app-rollout';
import { hasItsSecrets } from './app-secrets';
import type { AppAlarm } from '../model/app-alarms';
import type { AppPart, SeenApp } from '../model/app-seen';
import type { Deployment } from '../model/deployment';
import { MINUTE, SECOND, ageOf } from '../model/time';

/** What an app is to be, what it is, and who asks. */
export interface AppSituation {
  readonly app: App;
  /** The wanted deployment, while it has not ended. */
  readonly deployment?: Deployment | undefined;
  /** The wanted deployment once it has ended; only where the app is to be of another shape than what runs. */
  readonly ended?: Deployment | undefined;
  readonly seen: SeenApp;
  readonly tenant: 'active' | 'inactive';
  /** What became of the build; only of a deployment that is building. */
  readonly build?: SeenBuild | undefined;
  /** It was counted, or its image recorded, since the app was taken up: nobody can have asked for what comes next. */
  readonly isBuildNew?: true;
  readonly isImageNew?: true;
  /** Addresses that its rule is for. */
  readonly hosts: readonly string[];
  /** Of its own, which it is to have. */
  readonly alarms: readonly AppAlarm[];
  readonly now: Date;
}

export type SeenBuild =
  | { readonly state: 'running' }
  /** Its image shows in the registry a moment later. */
  | { readonly state: 'succeeded' }
  | { readonly state: 'failed'; readonly reason: string };

/** The next thing to do; each is one call, and doing it twice is doing it once. */
export type AppStep =
  | { readonly do: 'create'; readonly what: 'repository' | 'log-group' | 'group' | 'target-group' | 'role' }
  | { readonly do: 'park'; readonly reason: string }
  | { readonly do: 'fetch-source' }
  | { readonly do: 'count-build' }
  | { readonly do: 'ask-build' }
  | { readonly do: 'record-image'; readonly digest: string }
  | { readonly do: 'take-slot' }
  | { readonly do: 'create-rule'; readonly slot: AppSlot; readonly closed: boolean }
  | { readonly do: 'set-rule'; readonly arn: string; readonly closed: boolean }
  | { readonly do: 'put-alarm'; readonly alarm: AppAlarm }
  | { readonly do: 'delete-alarms'; readonly names: readonly string[] }
  | { readonly do: 'register-task' | 'reshape' }
  /** Those that no task names any more. */
  | { readonly do: 'forget-secrets' }
  /** What was looked at does not say enough. */
  | { readonly do: 'look'; readonly part: AppPart }
  | { readonly do: 'create-service' | 'update-service'; readonly taskDefinition: string; readonly count: number }
  | { readonly do: 'record-asked' }
  | { readonly do: 'go-live' }
  | { readonly do: 'roll-back' | 'fail'; readonly reason: string }
  /** Nothing to do before `due` unless something happens. */
  | { readonly do: 'rest'; readonly due: Date; readonly isSettled?: true };

/** A build that has said nothing for so long is over: GitHub itself ends a job after six hours, and nobody waits so. */
export const BUILD_LIMIT = 60 * MINUTE;
/** https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency */
const ROLE_SPREADS = 15 * SECOND;
/** An app at rest is looked at so often, for what somebody changed by hand. */
export const ROUND = 60 * MINUTE;

export const SUSPENDED = 'The app or its tenant is suspended; the deployment goes on when it is resumed.';

/** Given what an app is to be and what stands, the next step. Pure. */
export function decideAppStep(situation: AppSituation): AppStep {
  const { seen, deployment } = situation;
  if (!seen.repository) return { do: 'create', what: 'repository' };
  const step = deployment && decideBuild(situation, deployment);
  if (step !== undefined && step.do !== 'rest') return step;
  if (seen.part === 'build') return step ?? { do: 'look', part: deployment?.state === 'releasing' ? 'service' : 'all' };
  if (!seen.logGroup) return { do: 'create', what: 'log-group' };
  // What runs is held while the next version is built.
  const held = seen.part === 'service' ? decideVersion(situation) : decideRelease(situation);
  if (held.do !== 'rest') return held;
  return decideSecrets(situation) ?? { ...held, ...(step && { due: step.due }) };
}

/** What was unset goes once what runs has the secrets as they are, and nothing is under way that ECS may take back. */
function decideSecrets({ app, deployment }: AppSituation): AppStep | undefined {
  const { secrets, live } = app;
  if (deployment?.state === 'releasing' || secrets === undefined || secrets.leaving.length === 0) return undefined;
  return live === undefined || hasItsSecrets(app) ? { do: 'forget-secrets' } : undefined;
}

/** Another version of a service that stands; for everything else all has to be looked at. */
function decideVersion(situation: AppSituation): AppStep {
  const { deployment, seen } = situation;
  const isStanding = seen.service?.status === 'active' && seen.group !== undefined && seen.targetGroup !== undefined;
  const releasing = deployment?.state === 'releasing' ? deployment : undefined;
  if (!isStanding || isSuspended(situation)) return { do: 'look', part: 'all' };
  const step = decideService(situation, releasing);
  return step.do === 'reshape' ? { do: 'look', part: 'all' } : step;
}

function decideBuild(situation: AppSituation, deployment: Deployment): AppStep | undefined {
  const { seen, now, build } = situation;
  const { state, buildingAt } = deployment;
  if (state === 'releasing') return undefined;
  if (seen.image !== undefined && !isSuspended(situation)) return { do: 'record-image', digest: seen.image };
  if (state !== 'building') {
    if (isSuspended(situation)) return deployment.reason === SUSPENDED ? undefined : { do: 'park', reason: SUSPENDED };
    return seen.source === true ? { do: 'count-build' } : { do: 'fetch-source' };
  }
  if (deployment.build === undefined) return { do: 'ask-build' };
  if (build?.state === 'failed') return { do: 'fail', reason: build.reason };
  if (seen.image === undefined && ageOf(buildingAt, now) > BUILD_LIMIT)
    return { do: 'fail', reason: 'The build has left no image after an hour; look at its log, and push again.' };
  return { do: 'rest', due: new Date(now.getTime() + LOOK_AGAIN) };
}

function decideRelease(situation: AppSituation): AppStep {
  const { app, seen, now, deployment } = situation;
  const releasing = deployment?.state === 'releasing' ? deployment : undefined;
  if (releasing === undefined && app.live === undefined) return settled(now);
  if (app.slot === undefined) return { do: 'take-slot' };
  if (seen.group === undefined) return { do: 'create', what: 'group' };
  if (seen.targetGroup === undefined) return { do: 'create', what: 'target-group' };
  // Alarms before the service: ECS watches them from the beginning of a version.
  return decideRule(situation, app.slot) ?? decideAlarms(situation) ?? decideService(situation, releasing);
}

function decideRule(situation: AppSituation, slot: AppSlot): AppStep | undefined {
  const { rule } = situation.seen;
  const closed = isSuspended(situation);
  if (rule === undefined) return { do: 'create-rule', slot, closed };
  const isRight = rule.serves === (closed ? 'closed' : 'app') && isSameSet(rule.hosts, situation.hosts);
  return isRight ? undefined : { do: 'set-rule', arn: rule.arn, closed };
}

function decideService(situation: AppSituation, releasing: Deployment | undefined): AppStep {
  const { app, seen, now } = situation;
  const { service } = seen;
  const { count } = app;
  if (isSuspended(situation)) return decideSuspended(situation);
  if (releasing !== undefined && releasing.taskDefinition === undefined) return decideTask(situation);
  if (situation.deployment === undefined && isToBeReshaped(situation)) return { do: 'reshape' };
  const taskDefinition = releasing?.taskDefinition ?? app.live?.taskDefinition ?? '';
  if (service === undefined || service.status === 'inactive') return { do: 'create-service', taskDefinition, count };
  // Its name is free only once it has drained.
  if (service.status === 'draining') return { do: 'rest', due: new Date(now.getTime() + LOOK_AGAIN) };
  const asked = rolloutOf(service, taskDefinition);
  if (releasing?.askedAt !== undefined) return decideRollout(situation, { releasing, service, count });
  if (releasing !== undefined && asked !== undefined) return { do: 'record-asked' };
  if (service.taskDefinition !== taskDefinition || service.desired !== count)
    return { do: 'update-service', taskDefinition, count };
  return settled(now);
}

const settled = (now: Date): AppStep => ({ do: 'rest', due: new Date(now.getTime() + ROUND), isSettled: true });

/** Its role has to be everywhere before a task starts by it: IAM's changes take seconds to get around. */
function decideTask({ app: { secrets }, now }: AppSituation): AppStep {
  if (secrets === undefined || secrets.kept.length === 0) return { do: 'register-task' };
  if (secrets.roleAt === undefined) return { do: 'create', what: 'role' };
  const wait = ROLE_SPREADS - ageOf(secrets.roleAt, now);
  return wait > 0 ? { do: 'rest', due: new Date(now.getTime() + wait) } : { do: 'register-task' };
}

/** A shape that the last deployment was tried with, and ended without, is not tried again by itself. */
function isToBeReshaped({ app, ended }: AppSituation): boolean {
  const { live } = app;
  if (live?.shape === undefined || isSameShape(live.shape, app)) return false;
  return ended?.shape === undefined || !isSameShape(ended.shape, app);
}

/** No task runs, of whatever version the service is: another number of tasks is no new deployment of ECS's. */
function decideSuspended({ seen: { service }, now }: AppSituation): AppStep {
  if (service?.status !== 'active' || service.desired === 0) return settled(now);
  return { do: 'update-service', taskDefinition: service.taskDefinition, count: 0 };
}
