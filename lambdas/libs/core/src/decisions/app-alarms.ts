import { describeAlarm, type AppAlarm } from '../model/app-alarms';
import type { SeenRollout } from '../model/app-seen';
import type { AppSituation, AppStep } from './app-step';

/** Alarms of an app's own that are missing, or not as they are to be; and those that nobody asks for any more. Pure. */
export function decideAlarms({ alarms, seen }: Pick<AppSituation, 'alarms' | 'seen'>): AppStep | undefined {
  const standing = seen.alarms ?? [];
  const wanted = alarms.find(({ name }) => !standing.some((one) => one.name === name && one.isAsAsked));
  if (wanted !== undefined) return { do: 'put-alarm', alarm: wanted };
  const unasked = standing.map(({ name }) => name).filter((name) => !alarms.some((one) => one.name === name));
  return unasked.length > 0 ? { do: 'delete-alarms', names: unasked } : undefined;
}

/** What became of the alarms is known, as after a step that put or deleted some. */
export function withAlarm(seen: AppSituation['seen'], { name }: AppAlarm): AppSituation['seen'] {
  const others = (seen.alarms ?? []).filter((one) => one.name !== name);
  return { ...seen, alarms: [...others, { name, isAsAsked: true }] };
}

export function withoutAlarms(seen: AppSituation['seen'], names: readonly string[]): AppSituation['seen'] {
  return { ...seen, alarms: (seen.alarms ?? []).filter(({ name }) => !names.includes(name)) };
}

/** ECS says that an alarm took a version back, and not which one. */
export function isByAlarm({ state, reason = '' }: Pick<SeenRollout, 'state' | 'reason'>): boolean {
  return state === 'failed' && /\balarm/i.test(reason);
}

/** Why a version was taken back, for its tenant. Pure. */
export function describeFailure(
  rollout: SeenRollout,
  { alarms, seen: { firing = [] } }: Pick<AppSituation, 'alarms' | 'seen'>,
): string {
  if (!isByAlarm(rollout) || firing.length === 0)
    return rollout.reason ?? 'ECS took the version back: its tasks did not stay healthy.';
  const said = firing.map((name) => {
    const own = alarms.find((one) => one.name === name);
    return own === undefined ? `the alarm ${name} went off` : describeAlarm(own);
  });
  return `ECS took the version back: ${said.join(', and ')}.`;
}
