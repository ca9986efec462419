import {
  keyedSecretOf,
  recordIntent,
  type GroupAnswer,
  type Intent,
  type Launch,
  type LaunchAnswer,
  type LeaseHolder,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { groupTokenFor } from './candidates';
import { decideIntent, type MachineFor } from './decide-intent';
import { RetryLater, type ScaleUpDeps } from './deps';

/** A launch that needs a machine. Whoever asks has its lease until the answer is there. */
export interface Asking {
  readonly launch: Launch;
  /** Keys of the candidates that EC2 refused. */
  readonly attempted: readonly string[];
  readonly machineFor: MachineFor;
  readonly lease: LeaseHolder;
}

/**
 * `exhausted`: EC2 has refused every candidate. `no-place`: it was not asked, as others take what the account may ask
 * for. `asked`: its word on this launch's own machine.
 */
export type Asked =
  | { readonly kind: 'exhausted' }
  | { readonly kind: 'no-place'; readonly launch: Launch }
  | { readonly kind: 'asked'; readonly launch: Launch; readonly intent: Intent; readonly answer: LaunchAnswer };

export type AskDeps = Pick<
  ScaleUpDeps,
  'settings' | 'scaleUp' | 'capacityErrors' | 'clock' | 'launches' | 'fleet' | 'claimSecretFor'
>;

/**
 * Asks EC2 by one call for the machines of launches of one tenant, size and place. Every intent is written before: what
 * could not be written is not asked for. Nobody else may ever send the call again, as it names launches that others
 * may have settled by then.
 *
 * @param members at least one; all may use the same candidates
 * @returns for each member its answer, or why there is none, in their order
 */
export async function askTogether(
  members: readonly Asking[],
  deps: AskDeps,
): Promise<readonly PromiseSettledResult<Asked>[]> {
  const [first] = members;
  if (first === undefined) return [];
  const intents = await buildIntents(members, first, deps);
  if (intents === undefined) return members.map(() => fulfilled({ kind: 'exhausted' }));
  const written = await Promise.allSettled(
    members.map((member, index) => writeIntent(member, intents[index] as Intent, deps)),
  );
  const launches = written.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  if (launches.length < members.length) return askWithoutLost(members, written, deps);
  const request = await requestFor(first.launch, intents[0] as Intent, deps);
  const answers =
    members.length === 1
      ? [await deps.fleet.run({ ...request, launchId: first.launch.launchId })]
      : answersOf(
          await deps.fleet.runGroup({ ...request, launchIds: launches.map(({ launchId }) => launchId) }),
          members.length,
        );
  return launches.map((launch, index) => {
    const [intent, answer] = [intents[index] as Intent, answers[index] as LaunchAnswer];
    return fulfilled({ kind: 'asked', launch, intent, answer });
  });
}

/** The others ask under a token of their own. */
async function askWithoutLost(
  members: readonly Asking[],
  written: readonly PromiseSettledResult<Launch>[],
  deps: AskDeps,
): Promise<readonly PromiseSettledResult<Asked>[]> {
  const rest = members.flatMap((member, index) => {
    const one = written[index];
    return one?.status === 'fulfilled' ? [{ ...member, launch: one.value }] : [];
  });
  const answers = [...(await askTogether(rest, deps))];
  return written.map((one) => (one.status === 'rejected' ? one : (answers.shift() as PromiseSettledResult<Asked>)));
}

/** One token for all, and an index for each of several. Undefined: no candidate is left. */
async function buildIntents(
  members: readonly Asking[],
  { launch, attempted, machineFor }: Asking,
  deps: AskDeps,
): Promise<readonly Intent[] | undefined> {
  const alone = decideIntent(launch, attempted, machineFor, deps);
  if (alone === undefined) return undefined;
  const size = members.length;
  const launchIds = members.map((member) => member.launch.launchId);
  const clientToken = size === 1 ? alone.clientToken : groupTokenFor(launch.installationId, launchIds, alone.candidate);
  const claimHash = hashSecret(await deps.claimSecretFor(clientToken));
  return members.map((_, index) => ({
    ...alone,
    clientToken,
    claimHash,
    ...(size > 1 && { group: { index, size } }),
  }));
}

async function writeIntent({ launch, attempted, lease }: Asking, intent: Intent, deps: AskDeps): Promise<Launch> {
  const written = await recordIntent(launch, { intent, attempted }, lease, deps);
  if (!written.ok) throw new RetryLater('The lease of the launch was lost before EC2 was asked');
  return written.row;
}

/** What a call says besides whose it is. */
export async function requestFor(launch: Launch, intent: Intent, deps: AskDeps) {
  const { installationId, tier } = launch;
  const secret = await deps.claimSecretFor(intent.clientToken);
  // Machines of one call have the same user data.
  const claimSecret = intent.group === undefined ? keyedSecretOf(secret, launch) : secret;
  return { installationId, tier, intent, userData: { machineUrl: deps.scaleUp.machineUrl, claimSecret } };
}

/** What the call says of each launch: for a machine that it does not name EC2 had no room, now and in any repeat. */
export function answersOf(answer: GroupAnswer, size: number): readonly LaunchAnswer[] {
  return Array.from({ length: size }, (_, index): LaunchAnswer => {
    if (answer.kind !== 'started') return answer;
    const machine = answer.machines.get(index);
    if (machine === undefined)
      return {
        kind: 'refused',
        code: 'InsufficientInstanceCapacity',
        message: `EC2 had room for ${answer.machines.size} of ${size} machines`,
      };
    return { kind: 'started', ...machine };
  });
}

function fulfilled(value: Asked): PromiseSettledResult<Asked> {
  return { status: 'fulfilled', value };
}
