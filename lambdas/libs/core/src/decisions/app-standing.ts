import type { App } from '../model/app';
import type { SeenService } from '../model/app-seen';
import type { AppSituation } from './app-step';

/**
 * In a text all that decides what stands around an app, and the version that its service is to run. While this stays
 * the same, and it was right at the last look at all of it, only a build or a rollout has to be looked at. Pure.
 */
export function standingOf(
  { state, count, port, healthPath, slot }: App,
  { tenant, hosts, alarms }: Pick<AppSituation, 'tenant' | 'hosts' | 'alarms'>,
  taskDefinition: string | undefined,
): string {
  const place = [slot?.alb, slot?.priority, hosts];
  const asked = alarms.map((one) => [one.kind, one.threshold, one.minimumRequests, one.periodSeconds, one.periods]);
  return JSON.stringify([state, tenant, count, port, healthPath, ...place, taskDefinition, asked]);
}

export function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && [...one].sort().every((entry, index) => entry === [...other].sort()[index]);
}

export function rolloutOf({ rollouts }: SeenService, taskDefinition: string) {
  return rollouts.find((rollout) => rollout.taskDefinition === taskDefinition);
}

export function isSuspended({ app, tenant }: Pick<AppSituation, 'app' | 'tenant'>): boolean {
  return app.state !== 'active' || tenant === 'inactive';
}
