import { LAUNCH_STATES, isObject, type LaunchState } from '@multi-tenant-runner/core';
import type { Told } from './catalogue';
import { pickFields, runnerFields } from './fields';
import type { StreamChange } from './stream-change';

type Row = Readonly<Record<string, unknown>>;

const stateOf = (row: Row | undefined): LaunchState | undefined =>
  LAUNCH_STATES.find((state) => state === row?.['state']);

/**
 * A launch that is in another state, took a job or loses its spot machine. Most writes to its row are about a lease:
 * nothing. Pure.
 */
export function tellOfRunner({ keys, before, after }: StreamChange): readonly Told[] {
  const [earlier, state] = [stateOf(before), stateOf(after)];
  if (after === undefined || state === undefined) return [];
  const intent: Row = isObject(after['intent']) ? after['intent'] : {};
  const { instance_type, spot } = intent;
  const data = pickFields(runnerFields, { ...after, instance_type, spot, ...keys });
  if (data['launch_id'] === undefined) return [];
  const isNew = (name: string): boolean => data[name] !== undefined && before?.[name] !== after[name];
  return [
    ...(earlier === state
      ? []
      : [
          {
            type: `runner.${state}`,
            data: { ...data, ...(earlier !== undefined && { previous_state: earlier }) },
          } as const,
        ]),
    ...(isNew('taken_by') ? [{ type: 'runner.busy', data } as const] : []),
    ...(isNew('interrupted_at') ? [{ type: 'runner.interrupted', data } as const] : []),
  ];
}
