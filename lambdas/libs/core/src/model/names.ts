/**
 * Names that several parts share: tags, paths and metrics. Terraform's policies use the same ones (a test compares
 * them).
 */
export const TAG = {
  tenantId: 'ghr:tenant_id',
  tenantTier: 'ghr:tenant_tier',
  environment: 'ghr:environment',
  runnerTier: 'ghr:runner_tier',
  launchId: 'ghr:launch_id',
  /** Of a machine that a pool started; it keeps it. */
  blankId: 'ghr:blank_id',
} as const;

export const EVENT_SOURCE = 'multi-tenant-runner';
export const SWEEP_SOURCE = 'multi-tenant-runner.sweep';
export const RECOVERY_SOURCE = 'multi-tenant-runner.recovery';
export const METRIC_NAMESPACE = 'MultiTenantRunner';

export type MetricName =
  | 'TenantOnboarded'
  | 'TenantAwaitingApproval'
  | 'TenantUninstalled'
  | 'TenantLimitReached'
  | 'TenantRowInvalid'
  | 'TenantGitHubLimited'
  | 'TenantUsageWarned'
  | 'TenantUsageCapped'
  | 'TenantCircuitOpened'
  | 'TenantCircuitClosed'
  | 'WebhookRefused'
  | 'WebhookIgnored'
  | 'WebhookThrottled'
  | 'PublishFailed'
  | 'EventDropped'
  | 'CallbackFailed'
  | 'CallbackGivenUp'
  | 'JobQueued'
  | 'JobParked'
  | 'FleetLimitReached'
  | 'JobRefused'
  | 'JobEnded'
  | 'RunnerMisused'
  | 'RunnerLaunched'
  | 'RunnerEnded'
  | 'RunnerBootFailed'
  | 'RunnerEndedByEc2'
  | 'SpotInterrupted'
  | 'RunnerLaunchFailed'
  | 'CapacityRefused'
  | 'PoolTaken'
  | 'PoolMissed'
  | 'PoolWaiting'
  | 'MessageDropped'
  | 'JobPoisoned'
  | 'RunnerEventFailed'
  | 'OldestJobAge'
  | 'SweepCompleted'
  | 'SweepFailed'
  | 'SweepRepaired'
  | 'SweepRound'
  | 'SweepSetAside'
  | 'DeliveriesRedelivered'
  | 'DeliveriesGivenUp'
  | 'DeliveriesBehind'
  | 'ScansBehind'
  | 'JobsFound'
  | 'InstallationsMended'
  | 'RecoveryCompleted'
  | 'RecoveryFailed'
  | 'AppPreviewOpened'
  | 'AppPushed'
  | 'AppThrottled'
  | 'AppPushFound'
  | 'AppDeployed'
  | 'AppHostLost'
  | 'AppHostTakenOff'
  | 'AppSlotsTaken'
  | 'AppSweepCompleted'
  | 'AppSweepFailed';

export function parameterPath(environment: string, installationId: number): string {
  return `/${environment}/tenants/${installationId}/runners`;
}

export function parameterName(environment: string, installationId: number, launchId: string): string {
  return `${parameterPath(environment, installationId)}/${launchId}`;
}

export function securityGroupName(environment: string, installationId: number): string {
  return `${environment}-tenant-${installationId}`;
}

/** At most 64 characters, GitHub's bound on a runner's name; Terraform bounds the prefix accordingly. */
export function runnerName(environment: string, instanceId: string): string {
  return `${environment}-${instanceId}`;
}

/**
 * Whether a runner may belong to this environment. Any tenant can choose such a name, so only a launch's row proves it.
 */
export function isRunnerName(environment: string, name: string): boolean {
  return name.startsWith(`${environment}-i-`);
}

/** The machine that a runner of this environment says to be. */
export function instanceIdOf(environment: string, name: string): string | undefined {
  return isRunnerName(environment, name) ? name.slice(environment.length + 1) : undefined;
}

/** One launch is one start of one job: a relaunch always has a new number. */
export function launchIdOf(jobId: number, startNumber: number): string {
  return `${jobId}-${startNumber}`;
}

/** The job that a launch was begun for; it may be meant for another one since. */
export function jobIdOfLaunch(launchId: string): number {
  return Number(launchId.split('-', 1)[0]);
}

/** Whoever knows that the launch is open finds the job by its id alone. */
export function leadsTo(launchId: string, jobId: number): boolean {
  return jobIdOfLaunch(launchId) === jobId;
}
