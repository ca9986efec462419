import {
  JOB_QUEUE_LIFETIME,
  MINUTE,
  SECOND,
  ageOf,
  decideJobPolicy,
  decideLaunchGate,
  freeSlots,
  isEnded,
  isGated,
  newLaunch,
  plus,
  type AdmissionSettings,
  type Job,
  type JobReason,
  type Launch,
  type LaunchGate,
  type TenantLookup,
  type Verdict,
} from '@multi-tenant-runner/core';

/** A launch that holds a slot, its job, and the tenant's row as read under the launch's lease. */
export interface StartFacts {
  readonly job: Job;
  readonly launch: Launch;
  readonly lookup: TenantLookup;
}

export interface StartSettings extends AdmissionSettings {
  /** Undefined: each tenant has its own group. */
  readonly sharedSecurityGroupId?: string;
}

type Refusal = Extract<Verdict, { readonly kind: 'refuse' }>;

/** `probe`: start if this launch is the first to ask; the tenant's circuit is open. */
export type StartDecision =
  | { readonly kind: 'expire' }
  | Refusal
  | { readonly kind: 'park'; readonly reason: JobReason; readonly until?: Date }
  | { readonly kind: 'start'; readonly securityGroupId: string }
  | { readonly kind: 'probe'; readonly securityGroupId: string };

export type SettledStart = Exclude<StartDecision, { readonly kind: 'probe' }>;

/** Whether a launch may ask EC2 for its machine, as far as the rows show it. Pure. */
export function decideStart({ job, launch, lookup }: StartFacts, settings: StartSettings, now: Date): StartDecision {
  if (ageOf(job.queuedAt, now) > JOB_QUEUE_LIFETIME) return { kind: 'expire' };
  const verdict = decideJobPolicy(lookup, job, settings);
  if (verdict.kind !== 'pass') return verdict;
  const tenant = lookup.kind === 'tenant' ? lookup.tenant : undefined;
  const securityGroupId = settings.sharedSecurityGroupId ?? tenant?.securityGroupId;
  if (securityGroupId === undefined) return { kind: 'park', reason: 'no-security-group' };
  // EC2 may have been asked already: only its answer shows whether there is a machine.
  if (tenant === undefined || launch.intent !== undefined) return { kind: 'start', securityGroupId };
  const gate = decideLaunchGate(tenant, launch.tier, launch.launchId, now);
  switch (gate.kind) {
    case 'wait':
      return { kind: 'park', reason: gate.reason, until: gate.until };
    case 'probe':
      return { kind: 'probe', securityGroupId };
    case 'none':
      return { kind: 'start', securityGroupId };
  }
}

/** How long a job may have waited for its row to be as its message says, more often than not. */
const NOTE_LASTS = MINUTE;

/**
 * Whether a job may be admitted by what its message says of its tenant's row: only where that lets it pass altogether,
 * and nothing else has to be read. Pure.
 */
export function mayGoByNote(job: Job, lookup: TenantLookup, settings: StartSettings, now: Date): boolean {
  if (settings.maxRunnersTotal !== undefined || ageOf(job.queuedAt, now) > NOTE_LASTS) return false;
  if (lookup.kind !== 'tenant' || freeSlots(lookup.tenant) === 0) return false;
  return decideStart({ job, launch: newLaunch(job, now.toISOString()), lookup }, settings, now).kind === 'start';
}

/** Another launch took the probe, and the tenant's row was read again. Pure. */
export function decideAfterLostProbe(
  { launch, lookup }: Pick<StartFacts, 'launch' | 'lookup'>,
  securityGroupId: string,
  now: Date,
): SettledStart {
  const gate: LaunchGate =
    lookup.kind === 'tenant' ? decideLaunchGate(lookup.tenant, launch.tier, launch.launchId, now) : { kind: 'probe' };
  switch (gate.kind) {
    case 'wait':
      return { kind: 'park', reason: gate.reason, until: gate.until };
    case 'probe':
      return { kind: 'park', reason: 'circuit-open', until: plus(now, MINUTE) };
    case 'none':
      return { kind: 'start', securityGroupId };
  }
}

/** EC2 answers within two or three seconds; a machine boots for twenty. */
const FRESH = 10 * SECOND;

/**
 * Whether rows that were read at this time are good enough to configure a machine by. What changed since then changed
 * while the machine boots, and so comes too late anyway: the sweep ends a machine that is idle and whose tenant is
 * suspended or whose job is over. Pure.
 */
export function isFresh(readAt: Date, now: Date): boolean {
  return now.getTime() - readAt.getTime() < FRESH;
}

export type FinishDecision = Exclude<Verdict, { readonly kind: 'pass' }> | { readonly kind: 'ask' | 'configure' };

/**
 * What becomes of a machine that EC2 has started. `ask`: its job ended, or GitHub holds it back. Pure.
 *
 * @param facts.current the job's row, where it was read again
 */
export function decideFinish(
  { job, lookup, current }: Omit<StartFacts, 'launch'> & { readonly current: Job | undefined },
  settings: AdmissionSettings,
): FinishDecision {
  const policy = decideJobPolicy(lookup, job, settings);
  if (policy.kind !== 'pass') return policy;
  const isOver = current !== undefined && (isEnded(current.state) || isGated(current));
  return { kind: isOver ? 'ask' : 'configure' };
}
