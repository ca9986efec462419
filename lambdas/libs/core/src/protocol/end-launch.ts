import { buildMachineLife, isEndedLaunch } from '../decisions/machine-life';
import type { Job } from '../model/job';
import { fleetSlotOf } from '../model/fleet-share';
import { hasLiveLease, holdsSlot, jobEndOf, type Launch } from '../model/launch';
import { jobIdOfLaunch } from '../model/names';
import { withoutSlot, type TenantLookup } from '../model/tenant';
import type { MachineLife } from '../model/usage';
import type { Machine, LaunchReleaseAnswer, SlotRows } from '../ports';
import { buildRelease, type Released, type ReleaseProof } from '../transitions';
import type { ProtocolDeps } from './deps';
import { recountSlots } from './recount-slots';
import { refreshUsage, type RefreshUsageDeps } from './refresh-usage';
import { removeLeftovers, type LeftoverDeps } from './remove-leftovers';

/** Why a launch is over, and what is known of its machine. */
export interface LaunchEnd extends Omit<ReleaseProof, 'life' | 'begunFor'> {
  /** GitHub has no registration of it any more, and need not be asked. */
  readonly deregistered?: boolean;
  /** As EC2 shows the ended machine. */
  readonly machine?: Machine;
  /** What was read with the launch's row. */
  readonly seen?: Pick<SlotRows, 'lookup' | 'jobs'>;
  /** When it ended, as far as another source than EC2's answer says so. ISO 8601. */
  readonly endedAt?: string;
}

export type EndLaunchDeps = LeftoverDeps &
  RefreshUsageDeps &
  Pick<ProtocolDeps, 'admissions' | 'jobs' | 'launches' | 'fleetSlots'>;

/** The rows beside a launch's own. */
interface Facts {
  readonly lookup: TenantLookup;
  /** The one that the launch was for. */
  readonly job?: Job;
  /** The one that its runner took, or else the one that it was for. */
  readonly ran?: Job;
  /** The one that it was begun for. */
  readonly begunFor?: Job;
}

export interface Over extends Facts {
  readonly launch: Launch;
  /** The slot was the launch's until this very write. */
  readonly gaveBack: boolean;
}

/** How often the row is read again when another write reached it meanwhile; then it is left to the sweep, `ending`. */
const LOOKS = 3;

/** The write of a release, and what it rests on. Undefined: another invocation has the launch. */
export async function endLaunch(launch: Launch, how: LaunchEnd, deps: EndLaunchDeps): Promise<Over | undefined> {
  let current = launch;
  for (let look = 1; ; look += 1) {
    const proof: Proof = { ...how, life: lifeOf(current, how, deps.clock.now()) };
    const isClean = await removeLeftovers({ ...current, ...proof.life }, how, deps);
    // Of a launch whose runner took a job, GitHub was not asked meanwhile. One that has ended gave its slot back.
    const isFresh = look === 1 && current.takenBy !== undefined && current.state !== 'ended';
    const facts = await readFacts(current, isFresh ? how.seen : undefined, deps);
    if (current.state === 'ended') return { ...facts, launch: current, gaveBack: false };
    const isOver = isClean && look <= LOOKS && !mayBeConfigured(current, how, deps);
    const full = { ...withJobEnd(current, proof, facts), begunFor: facts.begunFor };
    const answer = await writeEnd(current, { proof: full, isOver, facts }, deps);
    if (answer.kind === 'job') continue;
    if (answer.kind === 'over') {
      const gaveBack = holdsSlot(current);
      return { ...facts, ...answer, lookup: gaveBack ? withoutSlot(answer.lookup) : answer.lookup, gaveBack };
    }
    if (answer.row === undefined) {
      const lookup = await countWithout(current, deps);
      return { ...facts, lookup, launch: current, gaveBack: false };
    }
    const isOurs = how.lease === undefined || answer.row.leaseOwner === how.lease.name;
    if (answer.row.state !== 'ended' && !isOurs) return undefined;
    current = answer.row;
  }
}

/** Whether a launch whose row is gone had given its slot back, only the others can tell. */
async function countWithout(launch: Launch, deps: EndLaunchDeps): Promise<TenantLookup> {
  if (launch.fleetShare !== undefined) await deps.fleetSlots.free(launch.fleetShare, fleetSlotOf(launch));
  await recountSlots(launch.installationId, deps);
  return deps.tenants.get(launch.installationId);
}

/** The rows of what its runner took and of what it was begun for, too, which may be others than what it is for. */
async function readFacts(
  { installationId, launchId, jobId, takenBy = jobId }: Launch,
  seen: LaunchEnd['seen'],
  { admissions }: Pick<EndLaunchDeps, 'admissions'>,
): Promise<Facts> {
  const jobIds = [jobId, takenBy, jobIdOfLaunch(launchId)];
  const hasAll = seen !== undefined && jobIds.every((id) => seen.jobs.has(id));
  const { lookup, jobs } = hasAll ? seen : await admissions.read({ installationId, jobIds });
  const [job, ran, begunFor] = jobIds.map((id) => jobs.get(id));
  return { lookup, ...(job && { job }), ...(ran && { ran }), ...(begunFor && { begunFor }) };
}

/**
 * Whether another invocation may make the machine's configuration just now, and may die over it. Until its lease has
 * run out the row stays `ending`, so that the sweep removes what comes after this look.
 */
function mayBeConfigured(launch: Launch, { lease }: LaunchEnd, { clock }: Pick<EndLaunchDeps, 'clock'>): boolean {
  return launch.runningAt === undefined && hasLiveLease(launch, clock.now(), lease?.name);
}

/** What the row says of the machine from now on. An end that stands there is the first one, and stays. */
function lifeOf(
  launch: Launch,
  { machine, endedAt }: Pick<LaunchEnd, 'machine' | 'endedAt'>,
  now: Date,
): NonNullable<ReleaseProof['life']> {
  if (launch.intent === undefined) return {};
  return {
    ...(launch.instanceId === undefined && machine && { instanceId: machine.instanceId }),
    ...(launch.launchedAt === undefined && machine && { launchedAt: machine.launchedAt }),
    machineEndedAt: launch.machineEndedAt ?? machine?.endedAt ?? endedAt ?? now.toISOString(),
  };
}

type Proof = Omit<ReleaseProof, 'begunFor'>;

/** Of a job that ran on its own machine, the end stands in its own row alone until now. */
function withJobEnd(launch: Launch, proof: Proof, { ran }: Facts): Proof {
  const jobEndedAt = jobEndOf(launch, ran);
  return jobEndedAt === undefined ? proof : { ...proof, life: { ...proof.life, jobEndedAt } };
}

interface End {
  readonly proof: ReleaseProof;
  readonly isOver: boolean;
  readonly facts: Facts;
}

type Ended =
  | { readonly kind: 'over'; readonly launch: Launch; readonly lookup: TenantLookup }
  | Extract<LaunchReleaseAnswer, { readonly kind: 'launch' | 'job' }>;

/** A ledger that does not answer must not keep the slot, nor the job: the sweep comes back to the row, `ending`. */
async function writeEnd(launch: Launch, { proof, isOver, facts }: End, deps: EndLaunchDeps): Promise<Ended> {
  const end = buildRelease(launch, proof, isOver, deps);
  const life = lifeInLedger(end.launch, facts, deps);
  try {
    const answer = await deps.admissions.release({ ...end.request, ...(life && { life }) });
    if (answer.kind === 'recorded') return await endAsRecorded(launch, { proof, isOver, facts }, answer.life, deps);
    if (answer.kind === 'launch' || answer.kind === 'job') return answer;
  } catch (cause) {
    if (life === undefined) throw cause;
    deps.log.error("A machine's life could not be put into the ledger yet; the sweep tries again", {
      launch_id: launch.launchId,
      cause,
    });
    return endWithoutLedger(buildRelease(launch, proof, false, deps), facts, deps);
  }
  if (isOver) countEnd(end.launch, life, deps);
  // Before the next job is looked for: it may be one too many.
  return { kind: 'over', launch: end.launch, lookup: life ? await refreshUsage(facts.lookup, deps) : facts.lookup };
}

/** An earlier release that could not end the row put the life there, and its figures stay. */
async function endAsRecorded(
  launch: Launch,
  { proof, isOver, facts }: End,
  life: MachineLife,
  deps: EndLaunchDeps,
): Promise<Ended> {
  const end = buildRelease(launch, { ...proof, life: { ...proof.life, machineEndedAt: life.endedAt } }, isOver, deps);
  const ended = await endWithoutLedger(end, facts, deps);
  if (isOver && ended.kind === 'over') countEnd(end.launch, life, deps);
  return ended;
}

async function endWithoutLedger({ launch, request }: Released, { lookup }: Facts, deps: EndLaunchDeps): Promise<Ended> {
  const answer = await deps.admissions.release(request);
  return answer.kind === 'launch' || answer.kind === 'job' ? answer : { kind: 'over', launch, lookup };
}

function lifeInLedger(
  launch: Launch,
  { ran, lookup }: Facts,
  { prices }: Pick<EndLaunchDeps, 'prices'>,
): MachineLife | undefined {
  if (!isEndedLaunch(launch)) return undefined;
  const accountId = lookup.kind === 'tenant' ? lookup.tenant.accountId : undefined;
  return buildMachineLife(launch, { ...(ran && { job: ran }), ...(accountId !== undefined && { accountId }), prices });
}

function countEnd(launch: Launch, life: MachineLife | undefined, { metrics }: Pick<EndLaunchDeps, 'metrics'>): void {
  metrics.count('RunnerEnded', {
    tier: launch.tier,
    properties: {
      tenant_id: launch.installationId,
      launch_id: launch.launchId,
      instance_id: launch.instanceId ?? null,
      instance_type: launch.intent?.instanceType ?? null,
      seconds: life?.seconds ?? null,
      reason: launch.reason ?? null,
    },
  });
}
