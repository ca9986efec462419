import {
  launchIdOf,
  newJob,
  type AdmissionSettings,
  type Intent,
  type Job,
  type JobEvent,
  type JobMessage,
  type Launch,
  type LifecycleEvent,
  type MachineLife,
  type MachineState,
  type Prices,
  type Tier,
  type Tiers,
} from '@multi-tenant-runner/core';
import { deriveSecret, hashSecret } from '@multi-tenant-runner/runtime';
import type { TenantRow } from './fakes/tenant-registry';

export const ENVIRONMENT = 'test';
export const INSTALLATION = 1001;
export const MACHINE_URL = 'https://api.example.test/machine';
/** As scale-up derives it, from a key of the tests. */
export const claimSecretFor = (clientToken: string): string => deriveSecret('key', `ghr-claim:${clientToken}`);
const QUEUED_AT = '2026-01-15T11:59:58Z';

function tier(name: string, maxRunners: number, instanceTypes: readonly string[]): Tier {
  return {
    name,
    maxRunners,
    instanceTypes,
    labels: ['self-hosted', 'linux', 'x64', name],
    capacity: 'on-demand',
    runnerGroupId: 1,
  };
}

/** The three tiers that the module has by default. */
export function tiers(): Tiers {
  const all = [
    tier('small', 2, ['t3.medium']),
    tier('medium', 5, ['t3.large', 'm5.large']),
    tier('large', 10, ['t3.xlarge', 'm5.xlarge']),
  ];
  return new Map(all.map((one) => [one.name, one]));
}

export function settings(overrides: Partial<AdmissionSettings> = {}): AdmissionSettings {
  return { tiers: tiers(), defaultTier: 'small', tierAccess: 'any', allowPublicRepositories: false, ...overrides };
}

/** Of the machines of those tiers. */
export function prices(): Prices {
  return {
    asOf: '2026-01-01',
    machineHour: new Map([
      ['t3.medium', 0.0416],
      ['t3.large', 0.0832],
      ['m5.large', 0.096],
    ]),
    spotShare: 0.35,
    diskGbMonth: 0.08,
    diskGb: new Map(['small', 'medium', 'large'].map((name) => [name, 30])),
  };
}

/** A row of the tenants table as plain values. An `undefined` leaves its attribute out. */
export function tenantRow(overrides: TenantRow = {}): TenantRow {
  const row: TenantRow = {
    installation_id: INSTALLATION,
    org_name: 'acme',
    org_type: 'Organization',
    account_id: 501,
    status: 'active',
    tier: 'small',
    max_runners: 2,
    security_group_id: 'sg-acme',
    created_at: '2026-01-01T00:00:00.000Z',
    updated_at: '2026-01-01T00:00:00.000Z',
    ...overrides,
  };
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));
}

export function jobMessage(overrides: Partial<JobMessage> = {}): JobMessage {
  return {
    installationId: INSTALLATION,
    jobId: 7001,
    runId: 6001,
    owner: 'acme',
    ownerId: 501,
    ownerType: 'Organization',
    repo: 'app',
    isPublic: false,
    labels: ['self-hosted', 'linux', 'x64', 'small'],
    tier: 'small',
    queuedAt: QUEUED_AT,
    deliveryId: 'delivery-1',
    ...overrides,
  };
}

export function jobEvent(overrides: Partial<JobEvent> = {}): JobEvent {
  return { ...jobMessage(), kind: 'in_progress', at: '2026-01-15T12:01:00Z', ...overrides };
}

export function job(overrides: Partial<Job> = {}): Job {
  const fresh = newJob(jobMessage({ jobId: overrides.jobId ?? 7001 }), new Date('2026-01-15T12:00:00.000Z'), 'queued');
  return { ...fresh, ...overrides };
}

export function intent(overrides: Partial<Intent> = {}): Intent {
  return {
    candidate: 'on-demand/t3.medium/subnet-a',
    clientToken: 'token-1',
    instanceType: 't3.medium',
    subnetId: 'subnet-a',
    spot: false,
    launchTemplateId: 'lt-small',
    launchTemplateVersion: '1',
    securityGroupId: 'sg-acme',
    tenantTier: 'small',
    claimHash: hashSecret(claimSecretFor(overrides.clientToken ?? 'token-1')),
    ...overrides,
  };
}

export function launch(overrides: Partial<Launch> = {}): Launch {
  const jobId = overrides.jobId ?? 7001;
  return {
    installationId: INSTALLATION,
    launchId: launchIdOf(jobId, 1),
    jobId,
    state: 'held',
    version: 1,
    tier: 'small',
    owner: 'acme',
    scope: 'org',
    createdAt: '2026-01-15T12:00:00.000Z',
    updatedAt: '2026-01-15T12:00:00.000Z',
    ...overrides,
  };
}

export function lifecycleEvent(overrides: Partial<LifecycleEvent> = {}): LifecycleEvent {
  return {
    action: 'created',
    installationId: INSTALLATION,
    account: { kind: 'owner', id: 501, login: 'acme', type: 'Organization' },
    changedAt: '2026-01-15T11:59:00Z',
    deliveryId: 'delivery-1',
    ...overrides,
  };
}

/** What EventBridge delivers when a machine changes its state. It carries no tags. */
export function instanceStateEvent(
  instanceId: string,
  state: MachineState,
  time = '2026-01-15T12:00:00Z',
): Record<string, unknown> {
  return {
    version: '0',
    id: `event-${instanceId}-${state}`,
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    account: '123456789012',
    region: 'us-east-1',
    time,
    resources: [`arn:aws:ec2:us-east-1:123456789012:instance/${instanceId}`],
    detail: { 'instance-id': instanceId, state },
  };
}

/** Five minutes of a small machine of acme. */
export function machineLife(overrides: Partial<MachineLife> = {}): MachineLife {
  return {
    installationId: 1001,
    launchId: '7001-1',
    instanceId: 'i-00000000000000001',
    accountId: 501,
    jobId: 7001,
    repository: 'acme/app',
    workflow: 'CI',
    tier: 'small',
    instanceType: 't3.medium',
    spot: false,
    startedAt: '2026-01-15T12:00:00.000Z',
    endedAt: '2026-01-15T12:05:00.000Z',
    seconds: 300,
    diskGb: 30,
    idlePercent: 20,
    price: { machineHour: 0.0416, diskHour: 0.0033, asOf: '2026-11-01' },
    costMicros: 3741,
    ...overrides,
  };
}
