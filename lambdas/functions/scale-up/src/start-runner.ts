import {
  dropLease,
  placeOfLaunch,
  recordEc2End,
  release,
  takeProbe,
  type GitHubFailure,
  type JobFollowUp,
  type LeaseHolder,
  type RunnerPlace,
} from '@multi-tenant-runner/core';
import { chooseRunnerGroup, recallRunnerGroup, type ChosenGroup } from './choose-runner-group';
import { decideAfterLostProbe, decideStart, type SettledStart, type StartFacts } from './decide-start';
import { tenantTierOf, type ScaleUpDeps } from './deps';
import { refillPool } from './fill-pool';
import { dressOrdered } from './dress-ordered';
import { finishStart } from './finish-start';
import { launchInstance, type MachineAnswer } from './launch-instance';
import { takeBlank } from './take-blank';
import { afterGitHub, endAs, parkFor, parkUntil, type Stop, type Stopped } from './park-for';

/** The rows of a launch, and the lease under which everything here happens. */
export interface Start extends StartFacts {
  readonly lease: LeaseHolder;
  /** When the tenant's row was read, or asked in a write; the job's was written no earlier. */
  readonly readAt: Date;
  /** The intent was past the grace before this invocation took the lease. */
  readonly isPastGrace?: boolean;
  /** This invocation has made the launch, so nobody has asked EC2 for its machine, whatever its row says. */
  readonly isNew?: boolean;
}

/**
 * Takes a launch that holds a slot to a configured machine. Under its lease no other invocation concludes anything
 * about the machine meanwhile. A launch that stops before EC2 was asked gives its slot back at once.
 */
export async function startRunner(start: Start, deps: ScaleUpDeps): Promise<void> {
  const decision = await decide(start, deps);
  switch (decision.kind) {
    case 'expire':
      return abort(start, { reason: 'too-old', followUp: endAs('expired', 'too-old') }, deps);
    case 'refuse':
      return abort(start, { reason: decision.reason, followUp: endAs('refused', decision.reason) }, deps);
    case 'park':
      return abort(start, { reason: decision.reason, followUp: waitFor(decision, start, deps) }, deps);
    case 'start':
      return launchRunner(start, decision.securityGroupId, deps);
  }
}

/** Its job no longer waits for it. */
export function stopStart(start: Start, deps: ScaleUpDeps): Promise<void> {
  return abort(start, { reason: 'job-ended', followUp: { kind: 'ask' } }, deps);
}

type Parked = Extract<SettledStart, { readonly kind: 'park' }>;

/** Of the launches that may probe at once, one does; the others go by the tenant's row as it is then. */
async function decide(start: Start, deps: ScaleUpDeps): Promise<SettledStart> {
  const decision = decideStart(start, { ...deps.settings, ...deps.scaleUp }, deps.clock.now());
  if (decision.kind !== 'probe') return decision;
  const { securityGroupId } = decision;
  const { launch } = start;
  if (await takeProbe(launch, deps)) return { kind: 'start', securityGroupId };
  const lookup = await deps.tenants.get(launch.installationId);
  return decideAfterLostProbe({ launch, lookup }, securityGroupId, deps.clock.now());
}

function waitFor({ reason, until }: Parked, start: Start, deps: ScaleUpDeps): JobFollowUp {
  return until === undefined ? parkFor(reason, stoppedBeforeMachine(start), deps) : parkUntil(reason, until);
}

const stoppedBeforeMachine = ({ job, launch, lookup }: Start): Stopped => ({ job, launch, lookup, hadMachine: false });

async function abort({ launch, lease, isNew }: Start, { reason, followUp }: Stop, deps: ScaleUpDeps): Promise<void> {
  // After an earlier invocation's intent only EC2 or the sweep can tell that there is no machine.
  if (launch.intent !== undefined && isNew !== true) return dropLease(launch, lease, deps);
  await release(launch, { reason, followUp, lease }, deps);
}

/**
 * What GitHub refuses is refused before the machine is paid for, unless it took a runner of the tenant today: then EC2
 * is asked at once, and the token comes meanwhile.
 */
async function launchRunner(start: Start, securityGroupId: string, deps: ScaleUpDeps): Promise<void> {
  const { launch, lookup, lease } = start;
  const stopped = stoppedBeforeMachine(start);
  const place = placeOfLaunch(launch, lookup);
  const recalled = recallRunnerGroup(place, stopped, deps);
  const group = recalled ?? (await askGitHub(place, stopped, deps));
  if (group.kind === 'stop') return abort(start, group, deps);
  const { isPastGrace = false, isNew = false } = start;
  const machineFor = { securityGroupId, tenantTier: tenantTierOf(lookup, deps), isPastGrace, isNew };
  const [machine, refusal] = await Promise.all([
    getMachine(start, machineFor, deps),
    recalled && fetchToken(place, deps),
  ]);
  switch (machine.kind) {
    case 'none': {
      const failure = machine.reason === 'error' ? { failure: 'EC2 refuses to start the machine' } : {};
      const followUp = parkFor(machine.reason, { ...stopped, ...failure }, deps);
      await release(machine.launch, { reason: machine.reason, followUp, lease }, deps);
      return;
    }
    case 'ended': {
      const reason = (await recordEc2End(machine.launch, machine.stateReason, deps)) ?? 'ended-at-once';
      await release(machine.launch, { reason, followUp: { kind: 'ask' } }, deps);
      return;
    }
    case 'machine': {
      // Of an intent that stood before, an earlier invocation may have come as far as it liked.
      const isFirst = launch.instanceId === undefined && (isNew || launch.intent === undefined);
      // GitHub makes its configuration meanwhile.
      const dressed = dressOrdered(machine.launch, machineFor, deps);
      await finishStart({ ...start, ...machine, isFirst, group, dressed, ...(refusal && { refusal }) }, deps);
      if (isFirst && machine.launch.blank !== undefined) await refillPool(launch.tier, lease.name, deps);
      return;
    }
  }
}

async function askGitHub(place: RunnerPlace, stopped: Stopped, deps: ScaleUpDeps): Promise<ChosenGroup> {
  const authorized = await deps.github.authorize(place);
  if (authorized.kind === 'ok') return chooseRunnerGroup(place, stopped, deps);
  return { kind: 'stop', reason: 'github', followUp: await afterGitHub(authorized, stopped, deps) };
}

/** What GitHub says against it, if it does. Where it can't even be asked, the registration can't either, and throws. */
async function fetchToken(place: RunnerPlace, { github }: ScaleUpDeps): Promise<GitHubFailure | undefined> {
  const authorized = await github.authorize(place).catch(() => undefined);
  return authorized === undefined || authorized.kind === 'ok' ? undefined : authorized;
}

type AskedFor = Parameters<typeof launchInstance>[1];

async function getMachine(
  { launch, lease }: Start,
  machineFor: AskedFor & { readonly isPastGrace: boolean },
  deps: ScaleUpDeps,
): Promise<MachineAnswer> {
  const taken = await takeBlank(launch, machineFor, lease, deps);
  const machine = taken.kind === 'machine' ? taken : await launchInstance(taken.launch, machineFor, lease, deps);
  // What is left needs nobody else's machine.
  deps.seat?.leave();
  return machine;
}
