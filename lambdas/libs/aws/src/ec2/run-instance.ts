import { RunInstancesCommand, type EC2Client, type Instance, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { GroupAnswer, GroupRequest, LaunchAnswer, LaunchRequest, NotStarted } from '@multi-tenant-runner/core';
import { parseAwsError } from '../aws-error';
import { decideLaunchError } from './decide-launch-error';
import { parseStarted, parseStartedGroup } from './parse-machine';
import { PAUSE, type Sleep } from './retrying';
import { buildRunInput, type FleetTags } from './run-input';

interface RunDeps extends FleetTags {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

const ATTEMPTS = 3;

/** The client token makes a retry safe: EC2 answers with the machine that the first call started. */
export function runInstance(deps: RunDeps, request: LaunchRequest, userData: string): Promise<LaunchAnswer> {
  return askUntilClear(deps, buildRunInput(request, userData, deps), ([first]) => parseStarted(first));
}

/** The same for several: with the machines that the first call started, however many these were. */
export function runInstances(deps: RunDeps, request: GroupRequest, userData: string): Promise<GroupAnswer> {
  return askUntilClear(deps, buildRunInput(request, userData, deps), parseStartedGroup);
}

/** Asks by the same token until EC2's answer says what there is, three times at most. */
export async function askUntilClear<A extends LaunchAnswer | GroupAnswer>(
  { client, sleep }: Pick<RunDeps, 'client' | 'sleep'>,
  input: RunInstancesCommandInput,
  parse: (instances: readonly Instance[]) => A,
): Promise<A | NotStarted> {
  let last: A | NotStarted = { kind: 'unknown', code: 'NoAnswer', message: 'RunInstances was not called' };
  // A throttle after an unclear answer says nothing about the machines that the unclear call may have started.
  let unclear: A | NotStarted | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await sleep(PAUSE * 2 ** (attempt - 2));
    last = await ask(client, input, parse);
    if (last.kind === 'unknown') unclear = last;
    // EC2 looks up the token before it looks for capacity, but after it throttles and authorizes the call.
    if (last.kind === 'started' || last.kind === 'refused' || (last.kind === 'impossible' && unclear === undefined))
      return last;
  }
  return unclear ?? last;
}

async function ask<A>(
  client: RunDeps['client'],
  input: RunInstancesCommandInput,
  parse: (instances: readonly Instance[]) => A,
): Promise<A | NotStarted> {
  try {
    const answer = await client.send(new RunInstancesCommand(input));
    return parse(answer.Instances ?? []);
  } catch (error) {
    return decideLaunchError(parseAwsError(error));
  }
}
