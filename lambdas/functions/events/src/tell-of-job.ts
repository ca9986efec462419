import { ENDED_JOB_STATES, OPEN_JOB_STATES, isEnded, type JobState } from '@multi-tenant-runner/core';
import type { Told } from './catalogue';
import { jobFields, pickFields } from './fields';
import type { StreamChange } from './stream-change';

const STATES: readonly JobState[] = [...OPEN_JOB_STATES, ...ENDED_JOB_STATES];
const stateOf = (row: StreamChange['after']): JobState | undefined => STATES.find((state) => state === row?.['state']);

/** A job that is in another state, or waits for another reason. What DynamoDB forgets is no event. Pure. */
export function tellOfJob({ keys, before, after }: StreamChange): readonly Told[] {
  const [earlier, state] = [stateOf(before), stateOf(after)];
  if (state === undefined) return [];
  const isSame = earlier === state && (isEnded(state) || before?.['reason'] === after?.['reason']);
  if (isSame) return [];
  const data = pickFields(jobFields, { ...after, ...keys });
  if (data['job_id'] === undefined) return [];
  return [{ type: `job.${state}`, data: { ...data, ...(earlier !== undefined && { previous_state: earlier }) } }];
}
