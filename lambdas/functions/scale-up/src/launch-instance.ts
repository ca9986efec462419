import {
  isGone,
  recordCapacityErrors,
  type Intent,
  type JobReason,
  type Launch,
  type LeaseHolder,
  type MachineOfRow,
  type NotStarted,
} from '@multi-tenant-runner/core';
import { requestFor, type Asked } from './ask-together';
import { createLoneSeat } from './desk';
import type { MachineFor } from './decide-intent';
import { RetryLater, type ScaleUpDeps } from './deps';
import { machineOfRow, writeMachine, type WithMachine } from './machine-note';
import { findOwnMachine, isUnsettledGroup } from './take-over';

/**
 * `none`: definitely no machine. `ended`: it died before it was of use. `unwritten`: what the launch's row does not say
 * of the machine yet.
 */
export type MachineAnswer =
  | { readonly kind: 'machine'; readonly launch: WithMachine; readonly unwritten?: MachineOfRow }
  | { readonly kind: 'ended'; readonly launch: Launch; readonly stateReason?: string }
  | {
      readonly kind: 'none';
      readonly launch: Launch;
      readonly reason: Extract<JobReason, 'capacity' | 'ec2-throttled' | 'no-security-group' | 'error'>;
    };

/**
 * Gets the one machine of a launch. The intent is written before each call: after a crash or a time-out the very same
 * call is repeated, and EC2 answers it with the same machine. Only a definite refusal leads to the next candidate. A
 * call for several launches is not repeated by another invocation, which looks for the machine instead.
 *
 * @throws RetryLater when EC2's answer is unknown, or the lease was lost
 */
export async function launchInstance(
  launch: Launch,
  machineFor: MachineFor & { readonly isPastGrace?: boolean; readonly isNew?: boolean },
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<MachineAnswer> {
  if (launch.instanceId !== undefined) return { kind: 'machine', launch: { ...launch, instanceId: launch.instanceId } };
  let current = launch;
  const attempted: string[] = [...(launch.attempted ?? [])];
  const refused: string[] = [];
  const seat = deps.seat ?? createLoneSeat(deps);
  let standing = await goOnWith(launch, machineFor.isPastGrace === true, deps);
  // Of an intent that stood before, an earlier call may have started a machine: being turned away now proves nothing.
  let isRepeat = standing !== undefined && machineFor.isNew !== true;
  for (;;) {
    const asked = standing ?? (await seat.ask({ launch: current, attempted, machineFor, lease }));
    if (asked.kind === 'exhausted') {
      await recordRefusals(launch, refused, deps);
      return { kind: 'none', launch: current, reason: 'capacity' };
    }
    if (asked.kind === 'no-place') return { kind: 'none', launch: asked.launch, reason: 'ec2-throttled' };
    const { intent, answer } = asked;
    current = asked.launch;
    switch (answer.kind) {
      case 'started': {
        const machine = machineOfRow(current, answer, deps);
        const isOver = isGone(answer.state);
        if (!isOver && !isRepeat && refused.length === 0)
          return { kind: 'machine', launch: { ...current, ...machine }, unwritten: machine };
        const known = await writeMachine(current, machine, lease, deps);
        await recordRefusals(launch, refused, deps);
        if (!isOver) return { kind: 'machine', launch: known };
        return {
          kind: 'ended',
          launch: known,
          ...(answer.stateReason !== undefined && { stateReason: answer.stateReason }),
        };
      }
      case 'refused':
        deps.capacityErrors.add(intent.candidate, deps.clock.now());
        refused.push(countRefusal(launch, intent, answer.code, deps));
        attempted.push(intent.candidate);
        standing = undefined;
        isRepeat = false;
        break;
      case 'unknown':
        throw new RetryLater(`EC2 gave no clear answer (${answer.code}); the same call is repeated`);
      default:
        if (isRepeat) throw new RetryLater(`EC2 turned a repeated call away (${answer.code}); it is repeated again`);
        if (answer.kind === 'account')
          await recordRefusals(launch, [...refused, countRefusal(launch, intent, answer.code, deps)], deps);
        return { kind: 'none', launch: current, reason: turnedAway(launch, { ...answer, kind: answer.kind }, deps) };
    }
  }
}

/** What an earlier invocation began: its call once more, or the machine that came of a call for several launches. */
async function goOnWith(launch: Launch, isOver: boolean, deps: ScaleUpDeps): Promise<Standing | undefined> {
  const { intent } = launch;
  if (intent === undefined) return undefined;
  if (!isUnsettledGroup(launch)) {
    const request = { ...(await requestFor(launch, intent, deps)), launchId: launch.launchId };
    return { kind: 'asked', launch, intent, answer: await deps.fleet.run(request) };
  }
  const answer = await findOwnMachine(launch, isOver, deps);
  return answer && { kind: 'asked', launch, intent, answer };
}

type Standing = Extract<Asked, { readonly kind: 'asked' }>;

/** Why there is no machine, of what no other candidate would change; logged where only an operator can correct it. */
function turnedAway(
  launch: Launch,
  answer: NotStarted & { readonly kind: Exclude<NotStarted['kind'], 'refused' | 'unknown'> },
  deps: ScaleUpDeps,
): Extract<MachineAnswer, { readonly kind: 'none' }>['reason'] {
  switch (answer.kind) {
    case 'throttled':
      return 'ec2-throttled';
    case 'no-group':
      deps.log.warn('EC2 does not know the security group of a launch, or not yet', {
        tier: launch.tier,
        security_group_id: launch.intent?.securityGroupId ?? null,
        detail: answer.message,
      });
      return 'no-security-group';
    case 'account':
      return 'capacity';
    case 'impossible':
      deps.log.error(
        'EC2 refuses to start runners; check the launch template, the subnets and the permissions of scale-up',
        { tier: launch.tier, code: answer.code, detail: answer.message },
      );
      deps.metrics.count('RunnerLaunchFailed', {
        tier: launch.tier,
        properties: { tenant_id: launch.installationId, code: answer.code },
      });
      return 'error';
  }
}

function countRefusal({ tier }: Launch, intent: Intent, code: string, deps: ScaleUpDeps): string {
  deps.metrics.count('CapacityRefused', {
    tier,
    properties: { code, instance_type: intent.instanceType, subnet_id: intent.subnetId, spot: intent.spot },
  });
  return `${intent.candidate} ${code}`;
}

/** Explains on the job what it waited for, or what delayed its start. */
async function recordRefusals(launch: Launch, refusals: readonly string[], deps: ScaleUpDeps): Promise<void> {
  if (refusals.length > 0) await recordCapacityErrors(launch, refusals, deps);
}
