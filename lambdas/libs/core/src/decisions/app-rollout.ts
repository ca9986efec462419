import type { SeenService } from '../model/app-seen';
import type { Deployment } from '../model/deployment';
import { MINUTE, SECOND, ageOf } from '../model/time';
import { describeFailure } from './app-alarms';
import { rolloutOf } from './app-standing';
import type { AppSituation, AppStep } from './app-step';

/** Events say it sooner; this is for one that got lost. */
export const LOOK_AGAIN = 30 * SECOND;
/** ECS's breaker decides within this time, whatever the tasks do; later the service is as it is. */
const RELEASE_LIMIT = 60 * MINUTE;

interface Releasing {
  readonly releasing: Deployment;
  readonly service: SeenService;
  readonly count: number;
}

/** ECS was asked: it has done it, is at it, or took it back. */
export function decideRollout(situation: AppSituation, { releasing, service, count }: Releasing): AppStep {
  const { now } = situation;
  const { taskDefinition = '', releasingAt } = releasing;
  const rollout = rolloutOf(service, taskDefinition);
  if (rollout === undefined)
    return { do: 'roll-back', reason: 'ECS took the version back: its tasks did not start or did not stay healthy.' };
  if (rollout.state === 'failed') return { do: 'roll-back', reason: describeFailure(rollout, situation) };
  if (service.desired !== count) return { do: 'update-service', taskDefinition, count };
  // ECS calls a service without tasks complete too.
  if (rollout.state === 'completed' && service.running >= count) return { do: 'go-live' };
  if (ageOf(releasingAt, now) > RELEASE_LIMIT)
    return { do: 'fail', reason: 'ECS has not brought the version to a steady state after an hour.' };
  return { do: 'rest', due: new Date(now.getTime() + LOOK_AGAIN), isSettled: true };
}
