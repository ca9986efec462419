import { TerminateInstancesCommand, type EC2Client, type Filter } from '@aws-sdk/client-ec2';
import {
  TAG,
  isGone,
  type EndState,
  type Intent,
  type Machine,
  type MachineState,
  type NotStarted,
  type RunnerFleet,
  type UserData,
} from '@multi-tenant-runner/core';
import { isThrottle, parseAwsError } from '../aws-error';
import { chunks } from '../chunks';
import { describeByIds, describeInstances } from './describe-instances';
import { ALIVE, parseMachine, parseState } from './parse-machine';
import { retrying, type Sleep } from './retrying';
import { runInstance, runInstances } from './run-instance';
import type { FleetTags } from './run-input';
import { createUserDataBuilder, decideTemplateError } from './user-data';

export interface FleetDeps extends FleetTags {
  /** Without retries of its own: each call decides below which errors it may retry. */
  readonly client: Pick<EC2Client, 'send'>;
  readonly sleep: Sleep;
}

/** Milliseconds between attempts: EC2 is eventually consistent, so a new machine may be unknown for a moment. */
const UNKNOWN_ID_PAUSES = [1_500, 3_000];
const IDS_A_TERMINATION = 50;
/** EC2's code for a machine with termination protection. */
const PROTECTED = 'OperationNotPermitted';

export function createEc2Fleet(deps: FleetDeps): RunnerFleet {
  const { client, environment, sleep } = deps;
  const buildUserData = createUserDataBuilder(deps);

  const describe = async (filters: Filter[]): Promise<Machine[]> =>
    (await describeInstances(deps, filters)).flatMap(parseMachine);

  const terminateTogether = async (ids: readonly string[]): Promise<[string, EndState][]> => {
    const answer = await retrying(sleep, () => client.send(new TerminateInstancesCommand({ InstanceIds: [...ids] })));
    return (answer.TerminatingInstances ?? []).flatMap(({ InstanceId, CurrentState }): [string, EndState][] =>
      InstanceId === undefined ? [] : [[InstanceId, parseState(CurrentState?.Name)]],
    );
  };

  /**
   * The policy allows termination by tag, and EC2 authorizes first: a machine that it has forgotten, or whose tags have
   * not propagated, is "not authorized". Describing it by id shows whether the refusal is real.
   * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
   */
  const describeRefused = async (id: string, refusal: unknown): Promise<MachineState | undefined> => {
    if (parseAwsError(refusal).code !== 'UnauthorizedOperation') throw refusal;
    const [machine] = await describe([{ Name: 'instance-id', Values: [id] }]).catch(() => {
      throw refusal;
    });
    if (machine === undefined || isGone(machine.state)) return machine?.state;
    throw refusal;
  };

  const terminateOne = async (id: string): Promise<[string, EndState][]> => {
    for (const pause of [...UNKNOWN_ID_PAUSES, undefined]) {
      try {
        return await terminateTogether([id]);
      } catch (error) {
        if (parseAwsError(error).code === PROTECTED) return [[id, 'protected']];
        const state = isUnknownId(error) ? undefined : await describeRefused(id, error);
        if (state !== undefined) return [[id, state]];
      }
      if (pause !== undefined) await sleep(pause);
    }
    return [];
  };

  /**
   * One bad id, or a protected machine, fails the whole call. Then each id is terminated alone, and the error is thrown
   * after the good ones. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html
   */
  const terminateChunk = async (ids: readonly string[]): Promise<[string, EndState][]> => {
    if (ids.length === 1) return Promise.all(ids.map(terminateOne)).then((results) => results.flat());
    try {
      return await terminateTogether(ids);
    } catch (error) {
      const { httpStatus = 500 } = parseAwsError(error);
      if (httpStatus >= 500 || isThrottle(parseAwsError(error))) throw error;
    }
    const results = await Promise.allSettled(ids.map(terminateOne));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  };

  const withUserData = async <A>(
    { intent, userData }: { readonly intent: Intent; readonly userData: UserData },
    run: (userData: string) => Promise<A>,
  ): Promise<A | NotStarted> => {
    let filled: string;
    try {
      filled = await buildUserData(intent, userData);
    } catch (error) {
      return decideTemplateError(error);
    }
    return run(filled);
  };

  return {
    run: (request) => withUserData(request, (userData) => runInstance(deps, request, userData)),
    runGroup: (request) => withUserData(request, (userData) => runInstances(deps, request, userData)),
    terminate: async (instanceIds) => {
      const states = new Map<string, EndState>();
      for (const chunk of chunks(instanceIds, IDS_A_TERMINATION))
        for (const [id, state] of await terminateChunk(chunk)) states.set(id, state);
      return states;
    },
    describe: async (instanceIds) => (await describeByIds(deps, instanceIds)).flatMap(parseMachine),
    findByToken: async (clientToken) => {
      const found = await describe([{ Name: 'client-token', Values: [clientToken] }]);
      return found.filter((machine) => machine.clientToken === clientToken);
    },
    list: async (installationId) => {
      const tags = {
        [TAG.environment]: environment,
        ...(installationId !== undefined && { [TAG.tenantId]: String(installationId) }),
      };
      const byTag = Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
      const found = await describe([...byTag, { Name: 'instance-state-name', Values: [...ALIVE] }]);
      // The caller terminates machines on this result, so it is checked again.
      return found.filter(
        (machine) =>
          ALIVE.includes(machine.state) && Object.entries(tags).every(([key, value]) => machine.tags[key] === value),
      );
    },
  };
}

function isUnknownId(error: unknown): boolean {
  return /^InvalidInstanceID\./.test(parseAwsError(error).code);
}
