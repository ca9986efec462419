import type { Job, JobReason } from '../model/job';
import { freeSlots, type TenantLookup } from '../model/tenant';
import type { CapReason } from '../model/usage-caps';

/** Who can end a job's wait, or change what became of it. `none`: it needs no one. */
export type Actor = 'none' | 'operator' | 'tenant' | 'github' | 'aws';

export interface Cause {
  readonly because: (job: Job, lookup: TenantLookup) => string;
  readonly ends: string;
  readonly actor: Actor;
}

const cause = (because: Cause['because'] | string, ends: string, actor: Actor): Cause => ({
  because: typeof because === 'string' ? () => because : because,
  ends,
  actor,
});

const CAP_WORDS = {
  'minutes-per-day': { cap: 'minutesPerDay', unit: 'minutes', period: 'day' },
  'minutes-per-month': { cap: 'minutesPerMonth', unit: 'minutes', period: 'month' },
  'spend-per-month': { cap: 'dollarsPerMonth', unit: 'US dollars', period: 'month' },
} as const;

/** Each reason in words, what ends it, and who can. docs/troubleshooting.md has the longer version. */
export const CAUSES: Readonly<Record<JobReason, Cause>> = {
  limit: cause(slotsInUse, 'It starts when one of them ends, or when the operator raises the limit', 'operator'),
  'fleet-limit': cause(
    'all machines that the operator allows for all tenants together are in use',
    "It starts when its tenant's turn comes: whoever has fewer machines is first",
    'operator',
  ),
  'unknown-tenant': cause(
    'its installation has no row yet',
    'It starts when the installation is onboarded, which happens by itself',
    'none',
  ),
  'tenant-row-invalid': cause(
    "its tenant's row can't be read",
    'It starts when the operator sets the status in that row to active',
    'operator',
  ),
  'tenant-suspended': cause(suspension, 'It starts when the suspension is lifted', 'operator'),
  'tenant-deleted': cause('its tenant uninstalled the App', 'A new installation makes a new tenant', 'tenant'),
  'foreign-owner': cause(
    "its repository does not belong to the installation's account",
    'Install the App on the account that owns the repository',
    'tenant',
  ),
  'public-repository': cause(
    'its repository is public, and runners are for private ones here',
    'The operator can allow public repositories for the tenant',
    'operator',
  ),
  'tier-access': cause(
    ({ tier }) => `the size ${tier} is larger than its tenant's tier`,
    'The operator can change the tier',
    'operator',
  ),
  'unknown-tier': cause(({ tier }) => `there is no size ${tier} any more`, 'Change runs-on in the workflow', 'tenant'),
  'no-security-group': cause(
    "its tenant's security group is not there yet",
    'It is tried again by itself within ten minutes',
    'none',
  ),
  capacity: cause(
    ({ capacityErrors }) => `EC2 has no machine for it${list(capacityErrors)}`,
    'It is tried again every few minutes; more instance types, subnets or a higher quota help',
    'aws',
  ),
  'ec2-throttled': cause("EC2's rate of launches is used up", 'It is tried again within minutes', 'aws'),
  'ssm-throttled': cause("SSM's rate of writes is used up", 'It is tried again within minutes', 'aws'),
  'github-waiting': cause(
    'GitHub holds it back, for an approval, a wait timer or a concurrency group',
    'It starts when GitHub lets it go',
    'github',
  ),
  'github-limited': cause(
    "GitHub's rate limit for the installation is used up",
    'It is tried again when GitHub allows it',
    'github',
  ),
  'github-unavailable': cause('GitHub does not answer', 'It is tried again within the hour', 'github'),
  'github-refused': cause(
    'GitHub refuses to register a runner for it',
    "It starts when the App's permissions are accepted and self-hosted runners are allowed",
    'tenant',
  ),
  'runner-group': cause(
    "the tenant's runner group leaves its repository out",
    'Add the repository to the group at GitHub, then run the job again',
    'tenant',
  ),
  'no-runner-group': cause(
    'the organisation has no runner group of the configured name',
    'It starts when the group exists at GitHub or the row names another',
    'operator',
  ),
  'minutes-per-day': cause(
    usedUp('minutes-per-day'),
    'It starts when the day is over (UTC), or when the operator raises max_minutes_per_day',
    'operator',
  ),
  'minutes-per-month': cause(
    usedUp('minutes-per-month'),
    'It starts when the month is over (UTC), or when the operator raises limit_minutes',
    'operator',
  ),
  'spend-per-month': cause(
    usedUp('spend-per-month'),
    'It starts when the month is over (UTC), or when the operator raises limit_spend',
    'operator',
  ),
  'circuit-open': cause(openCircuit, 'One launch is tried at the time below; if it works, all start', 'operator'),
  'runner-lost': cause(
    ({ machineEnd }) => `its machine ended before it took the job${list(machineEnd === undefined ? [] : [machineEnd])}`,
    'Another machine is started by itself',
    'none',
  ),
  'runner-taken': cause('GitHub gave its runner to another job', 'Another runner is started by itself', 'none'),
  'relaunch-limit': cause(
    ({ restarts, machineEnd }) =>
      `${restarts} machines for it failed${list(machineEnd === undefined ? [] : [machineEnd])}`,
    'One more is tried every hour; image, network or runner version need a look',
    'operator',
  ),
  error: cause(
    ({ error, machineEnd }) => `its last start failed${list([error, machineEnd].filter((one) => one !== undefined))}`,
    'It is tried again within the hour',
    'operator',
  ),
  'too-old': cause('it waited for longer than GitHub keeps a job', 'Run the job again', 'tenant'),
  'max-lifetime': cause('it took longer than a runner may live', 'The operator can raise the lifetime', 'operator'),
  'gone-at-github': cause('GitHub no longer knows it', 'Run the job again', 'tenant'),
  'cancelled-by-operator': cause(
    'an operator cancelled it here',
    'The operator can retry it as long as GitHub has it in its queue',
    'operator',
  ),
};

function slotsInUse(_job: Job, lookup: TenantLookup): string {
  if (lookup.kind !== 'tenant') return 'its tenant has no runner to give';
  const { orgName, maxRunners, slotsHeld } = lookup.tenant;
  if (freeSlots(lookup.tenant) > 0) return 'it is its turn and the next attempt gives it a runner';
  if (maxRunners === 0) return `${orgName} may have no runners`;
  return `${orgName} uses ${slotsHeld} of its ${maxRunners} ${maxRunners === 1 ? 'runner' : 'runners'}`;
}

function suspension(_job: Job, lookup: TenantLookup): string {
  const by = lookup.kind === 'tenant' ? lookup.tenant.suspendedBy : undefined;
  if (by === 'approval') return 'its tenant waits for approval';
  return by === 'github' ? 'its organisation suspended the App at GitHub' : 'its tenant is suspended';
}

function openCircuit(job: Job, lookup: TenantLookup): string {
  const circuit = lookup.kind === 'tenant' ? lookup.tenant.circuits.get(job.tier) : undefined;
  const failures = circuit === undefined ? 'the last launches' : `the last ${circuit.failures} launches`;
  return `${failures} of its tenant's ${job.tier} runners failed${list(circuit === undefined ? [] : [circuit.reason])}`;
}

function usedUp(reason: CapReason): Cause['because'] {
  const { cap, unit, period } = CAP_WORDS[reason];
  return (_job, lookup) => {
    if (lookup.kind !== 'tenant') return `its tenant has used up what it may in a ${period}`;
    const { caps, orgName } = lookup.tenant;
    return `${orgName} has used the ${caps[cap] ?? 'allowed'} ${unit} that it may in a ${period}`;
  };
}

function list(details: readonly string[] | undefined): string {
  return details === undefined || details.length === 0 ? '' : ` (${details.join(', ')})`;
}
