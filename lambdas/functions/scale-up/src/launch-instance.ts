import {
  recordCapacityErrors,
  recordInstance,
  recordIntent,
  runnerName,
  type Intent,
  type JobReason,
  type Launch,
  type LaunchAnswer,
  type LeaseHolder,
} from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { decideIntent, type MachineFor } from './decide-intent';
import { RetryLater, type ScaleUpDeps } from './deps';

/** `none`: definitely no machine. `ended`: it died before it was of use. */
export type MachineAnswer =
  | { readonly kind: 'machine'; readonly launch: Launch & { readonly instanceId: string } }
  | { readonly kind: 'ended'; readonly launch: Launch; readonly stateReason?: string }
  | {
      readonly kind: 'none';
      readonly launch: Launch;
      readonly reason: Extract<JobReason, 'capacity' | 'ec2-throttled' | 'no-security-group' | 'error'>;
    };

/**
 * Gets the one machine of a launch. The intent is written before each call: after a crash or a time-out the very same
 * call is repeated, and EC2 answers it with the same machine. Only a definite refusal leads to the next candidate.
 *
 * @throws RetryLater when EC2's answer is unknown, or the lease was lost
 */
export async function launchInstance(
  launch: Launch,
  machineFor: MachineFor,
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<MachineAnswer> {
  if (launch.instanceId !== undefined) return { kind: 'machine', launch: { ...launch, instanceId: launch.instanceId } };
  let current = launch;
  let intent = launch.intent;
  const attempted: string[] = [...(launch.attempted ?? [])];
  const refused: string[] = [];
  for (;;) {
    if (intent === undefined) {
      const decided = decideIntent(current, attempted, machineFor, deps);
      if (decided === undefined) {
        await recordRefusals(launch, refused, deps);
        return { kind: 'none', launch: current, reason: 'capacity' };
      }
      const next = { ...decided, claimHash: hashSecret(await deps.claimSecretFor(decided.clientToken)) };
      current = await writeIntent(current, { intent: next, attempted }, lease, deps);
      intent = next;
    }
    // Of an intent that stood before, an earlier call may have started a machine: being turned away now proves nothing.
    const repeated = intent === launch.intent;
    const answer = await deps.fleet.run({
      installationId: launch.installationId,
      launchId: launch.launchId,
      tier: launch.tier,
      intent,
      userData: {
        machineUrl: deps.scaleUp.machineUrl,
        claimSecret: await deps.claimSecretFor(intent.clientToken),
      },
    });
    switch (answer.kind) {
      case 'started': {
        const known = await writeInstance(current, answer, lease, deps);
        await recordRefusals(launch, refused, deps);
        if (answer.state !== 'shutting-down' && answer.state !== 'terminated')
          return { kind: 'machine', launch: known };
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
        intent = undefined;
        break;
      case 'unknown':
        throw new RetryLater(`EC2 gave no clear answer (${answer.code}); the same call is repeated`);
      default:
        if (repeated) throw new RetryLater(`EC2 turned a repeated call away (${answer.code}); it is repeated again`);
        if (answer.kind === 'account')
          await recordRefusals(launch, [...refused, countRefusal(launch, intent, answer.code, deps)], deps);
        return { kind: 'none', launch: current, reason: turnedAway(launch, { ...answer, kind: answer.kind }, deps) };
    }
  }
}

/** Why there is no machine, of what no other candidate would change; logged where only an operator can correct it. */
function turnedAway(
  launch: Launch,
  answer: {
    readonly kind: 'throttled' | 'no-group' | 'account' | 'impossible';
    readonly code: string;
    readonly message: string;
  },
  deps: ScaleUpDeps,
) {
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

async function writeIntent(
  launch: Launch,
  next: { readonly intent: Intent; readonly attempted: readonly string[] },
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<Launch> {
  const written = await recordIntent(launch, next, lease, deps);
  if (!written.ok) throw new RetryLater('The lease of the launch was lost before EC2 was asked');
  return written.row;
}

type Started = Extract<LaunchAnswer, { readonly kind: 'started' }>;

async function writeInstance(
  launch: Launch,
  { instanceId, launchedAt }: Pick<Started, 'instanceId' | 'launchedAt'>,
  lease: LeaseHolder,
  deps: ScaleUpDeps,
): Promise<Launch & { readonly instanceId: string }> {
  const machine = {
    instanceId,
    runnerName: runnerName(deps.environment, instanceId),
    ...(launchedAt !== undefined && { launchedAt }),
  };
  const written = await recordInstance(launch, machine, lease, deps);
  if (written.ok) return { ...written.row, instanceId };
  // A machine that its row does not allow for would hold no slot.
  if (written.row === undefined || written.row.state === 'ended' || written.row.state === 'ending')
    await deps.fleet.terminate([instanceId]);
  throw new RetryLater('The lease of the launch was lost while EC2 started the machine');
}
