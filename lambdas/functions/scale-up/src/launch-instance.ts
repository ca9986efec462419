import { WAITING_JOB_STATES, runnerName, type Intent, type JobReason, type Launch } from '@multi-tenant-runner/core';
import { candidatesFor, clientTokenFor } from './candidates';
import { RetryLater, type Delivery, type ScaleUpDeps } from './deps';

/** `none`: definitely no machine. `ended`: it died before it was of use. */
export type MachineAnswer =
  | { readonly kind: 'machine'; readonly launch: Launch & { readonly instanceId: string } }
  | { readonly kind: 'ended'; readonly launch: Launch; readonly stateReason?: string }
  | {
      readonly kind: 'none';
      readonly launch: Launch;
      readonly reason: Extract<JobReason, 'capacity' | 'ec2-throttled' | 'no-security-group' | 'error'>;
    };

export interface MachineFor {
  readonly securityGroupId: string;
  readonly tenantTier: string;
}

/**
 * Gets the one machine of a launch. The intent is written before each call: after a crash or a time-out the very same
 * call is repeated, and EC2 answers it with the same machine. Only a definite refusal leads to the next candidate.
 *
 * @throws RetryLater when EC2's answer is unknown, or the lease was lost
 */
export async function launchInstance(
  launch: Launch,
  machineFor: MachineFor,
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<MachineAnswer> {
  if (launch.instanceId !== undefined) return { kind: 'machine', launch: { ...launch, instanceId: launch.instanceId } };
  let current = launch;
  let intent = launch.intent;
  const attempted: string[] = [...(launch.attempted ?? [])];
  const refused: string[] = [];
  for (;;) {
    if (intent === undefined) {
      const next = nextIntent(current, attempted, machineFor, deps);
      if (next === undefined) {
        await recordRefusals(launch, refused, deps);
        return { kind: 'none', launch: current, reason: 'capacity' };
      }
      current = await writeIntent(current, next, attempted, delivery, deps);
      intent = next;
    }
    // Of an intent that stood before, an earlier call may have started a machine: being turned away now proves nothing.
    const repeated = intent === launch.intent;
    const answer = await deps.fleet.run({
      installationId: launch.installationId,
      launchId: launch.launchId,
      tier: launch.tier,
      intent,
    });
    switch (answer.kind) {
      case 'started': {
        const known = await writeInstance(current, answer.instanceId, delivery, deps);
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

/** Why there is no machine, of what no other candidate would change; told where only a hand can mend it. */
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

function nextIntent(
  launch: Launch,
  attempted: readonly string[],
  machineFor: MachineFor,
  deps: ScaleUpDeps,
): Intent | undefined {
  const tier = deps.settings.tiers.get(launch.tier);
  const template = deps.scaleUp.launchTemplates.get(launch.tier);
  if (tier === undefined || template === undefined) return undefined;
  const now = deps.clock.now();
  const candidate = candidatesFor(tier, subnetsOf(launch.tier, deps.scaleUp), launch.launchId, (key) =>
    deps.capacityErrors.has(key, now),
  ).find(({ key }) => !attempted.includes(key));
  if (candidate === undefined) return undefined;
  return {
    candidate: candidate.key,
    clientToken: clientTokenFor(launch.installationId, launch.launchId, candidate.key),
    instanceType: candidate.instanceType,
    subnetId: candidate.subnetId,
    spot: candidate.spot,
    launchTemplateId: template.id,
    launchTemplateVersion: template.version,
    securityGroupId: machineFor.securityGroupId,
    tenantTier: machineFor.tenantTier,
  };
}

function subnetsOf(tier: string, { subnetIds, tierSubnetIds }: ScaleUpDeps['scaleUp']): readonly string[] {
  return tierSubnetIds?.get(tier) ?? subnetIds;
}

/** Tells on the job what it waited for, or what its start was delayed by. */
async function recordRefusals(launch: Launch, capacityErrors: readonly string[], deps: ScaleUpDeps): Promise<void> {
  if (capacityErrors.length === 0) return;
  await deps.jobs.change(
    launch.installationId,
    launch.jobId,
    { from: WAITING_JOB_STATES },
    { capacityErrors: [...capacityErrors], updatedAt: deps.clock.now().toISOString() },
  );
}

async function writeIntent(
  launch: Launch,
  intent: Intent,
  attempted: readonly string[],
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<Launch> {
  const written = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['held', 'launching'], leaseOwner: delivery.lease.name },
    { state: 'launching', intent, attempted: [...attempted], updatedAt: deps.clock.now().toISOString() },
  );
  if (!written.ok) throw new RetryLater('The lease of the launch was lost before EC2 was asked');
  return written.row;
}

async function writeInstance(
  launch: Launch,
  instanceId: string,
  delivery: Delivery,
  deps: ScaleUpDeps,
): Promise<Launch & { readonly instanceId: string }> {
  const now = deps.clock.now().toISOString();
  const written = await deps.launches.change(
    launch.installationId,
    launch.launchId,
    { from: ['launching'], leaseOwner: delivery.lease.name },
    { instanceId, runnerName: runnerName(deps.environment, instanceId), launchedAt: now, updatedAt: now },
  );
  if (written.ok) return { ...written.row, instanceId };
  // A machine that its row does not allow for would hold no slot.
  if (written.row === undefined || written.row.state === 'ended' || written.row.state === 'ending')
    await deps.fleet.terminate([instanceId]);
  throw new RetryLater('The lease of the launch was lost while EC2 started the machine');
}
