import { RunInstancesCommand, type EC2Client, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { LaunchAnswer, LaunchRequest } from '@multi-tenant-runner/core';
import { parseAwsError } from '../aws-error';
import { decideLaunchError } from './decide-launch-error';
import { parseStarted } from './parse-machine';
import { PAUSE, type Sleep } from './retrying';
import { buildRunInput, type FleetTags } from './run-input';

interface RunDeps extends FleetTags {
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

const ATTEMPTS = 3;

/** The client token makes a retry safe: EC2 answers with the machine that the first call started. */
export async function runInstance(
  { client, sleep, ...tags }: RunDeps,
  request: LaunchRequest,
  userData: string,
): Promise<LaunchAnswer> {
  let last: LaunchAnswer = { kind: 'unknown', code: 'NoAnswer', message: 'RunInstances was not called' };
  // A throttle after an unclear answer says nothing about the machine that the unclear call may have started.
  let unclear: LaunchAnswer | undefined;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    if (attempt > 1) await sleep(PAUSE * 2 ** (attempt - 2));
    last = await ask(client, buildRunInput(request, userData, tags));
    if (last.kind === 'unknown') unclear = last;
    // EC2 looks up the token before it looks for capacity, but after it throttles and authorizes the call.
    if (last.kind === 'started' || last.kind === 'refused' || (last.kind === 'impossible' && unclear === undefined))
      return last;
  }
  return unclear ?? last;
}

async function ask(client: RunDeps['client'], input: RunInstancesCommandInput): Promise<LaunchAnswer> {
  try {
    const answer = await client.send(new RunInstancesCommand(input));
    return parseStarted(answer.Instances?.[0]);
  } catch (error) {
    return decideLaunchError(parseAwsError(error));
  }
}
