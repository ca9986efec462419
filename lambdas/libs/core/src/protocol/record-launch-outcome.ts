import { waitAfterEc2End } from '../model/ec2-end';
import { claimProbe, recordFailure } from '../decisions/circuit-breaker';
import type { Circuit } from '../model/circuit';
import type { Job } from '../model/job';
import type { Launch } from '../model/launch';
import { plus } from '../model/time';
import { syncJobFromGitHub, type SyncJobDeps, type JobStatusFromGitHub } from './sync-job-from-github';
import { backOff } from '../decisions/back-off';
import type { ProtocolDeps } from './deps';
import type { Restart } from './park-for-restart';

export type CircuitDeps = Pick<ProtocolDeps, 'tenants' | 'clock' | 'log' | 'metrics'>;

/**
 * Of the machines that end too early these say nothing about the tenant's next one: AWS took them or could not start
 * them, an operator ended them, or GitHub held their job back.
 */
const NO_FAULT = /^(spot|ec2:|ended-by-hand$|job-waits$)/;

/** Counts a launch that came to nothing. A circuit that can't be written is no reason to fail what is being settled. */
export async function recordLaunchFailure(
  launch: Pick<Launch, 'installationId' | 'tier' | 'launchId'>,
  reason: string,
  deps: CircuitDeps,
): Promise<void> {
  if (NO_FAULT.test(reason)) return;
  const { installationId, tier } = launch;
  const now = deps.clock.now();
  let opened: Circuit | undefined;
  const written = await deps.tenants.changeCircuit(installationId, tier, (circuit) => {
    const next = recordFailure(circuit, reason, now);
    opened = circuit?.openedAt === undefined && next.openedAt !== undefined ? next : undefined;
    return next;
  });
  if (!written || opened === undefined) return;
  const properties = {
    tenant_id: installationId,
    tier,
    reason: opened.reason,
    failures: opened.failures,
    probe_at: opened.probeAt ?? null,
  };
  deps.metrics.count('TenantCircuitOpened', { tier, properties });
  deps.log.error(
    "A tenant's launches fail again and again, so only probes start until one takes a job; its jobs wait " +
      'with the reason circuit-open',
    properties,
  );
}

/** A runner took a job: whatever was wrong is over. */
export async function closeCircuit(installationId: number, tier: string, deps: CircuitDeps): Promise<void> {
  let wasOpen = false;
  const written = await deps.tenants.changeCircuit(installationId, tier, (circuit) => {
    wasOpen = circuit?.openedAt !== undefined;
    return circuit === undefined ? undefined : null;
  });
  if (!written || !wasOpen) return;
  deps.metrics.count('TenantCircuitClosed', { tier, properties: { tenant_id: installationId } });
  deps.log.info("A runner took a job, so the tenant's launches start as before", { tenant_id: installationId, tier });
}

/** Whether this launch is the one that may probe now: of any number at once, one is. */
export function takeProbe(
  launch: Pick<Launch, 'installationId' | 'tier' | 'launchId'>,
  deps: CircuitDeps,
): Promise<boolean> {
  const now = deps.clock.now();
  return deps.tenants.changeCircuit(launch.installationId, launch.tier, (circuit) =>
    claimProbe(circuit, launch.launchId, now),
  );
}

/**
 * Asks GitHub about the job of a launch that is over. A job that still waits although its launch had a machine counts
 * towards the job's restarts and the tenant's circuit, unless the account is at fault: then it waits longer each time.
 *
 * @param launch undefined when nothing is known of it any more
 */
export async function settleByGitHub(
  job: Job,
  launch: Launch | undefined,
  deps: SyncJobDeps & CircuitDeps,
): Promise<JobStatusFromGitHub> {
  const inVain = launch?.instanceId !== undefined && launch.takenBy === undefined && launch.worked !== true;
  // No event reports the jobs of a repository that the App can't see; the machine knows that it had one.
  const byAnother = launch?.takenBy === undefined ? launch?.worked === true : launch.takenBy !== job.jobId;
  const again: Restart = inVain
    ? afterMachine(job, launch, deps)
    : { reason: byAnother ? 'runner-taken' : 'runner-lost', usedMachine: false };
  const truth = await syncJobFromGitHub(job, again, deps);
  if (truth === 'waits-again' && inVain) await recordLaunchFailure(launch, launch.reason ?? 'machine-gone', deps);
  return truth;
}

/** What a job waits for whose machine came to nothing. */
function afterMachine(
  { startNumber }: Job,
  { launchId, reason: end }: Launch,
  deps: Pick<ProtocolDeps, 'clock'>,
): Restart {
  const reason = waitAfterEc2End(end);
  if (reason === undefined) return { reason: 'runner-lost', usedMachine: true };
  const delay = backOff({ reason, starts: startNumber, hadMachine: true, slots: 0, launchId });
  return { reason, usedMachine: false, ...(delay !== undefined && { nextTry: plus(deps.clock.now(), delay) }) };
}
