import { decideJobPolicy, type AdmissionSettings, type JobToDecide } from './job-policy';
import { parseTenantRow } from '../model/tenant-row';
import type { Tier } from '../model/tier';

const tier = (name: string, maxRunners: number): [string, Tier] => [
  name,
  { name, maxRunners, labels: [name], instanceTypes: ['t3.medium'], capacity: 'on-demand' as const, runnerGroupId: 1 },
];
const settings: AdmissionSettings = {
  tiers: new Map([tier('small', 2), tier('large', 10)]),
  defaultTier: 'small',
  tierAccess: 'any',
  allowPublicRepositories: false,
};
const job: JobToDecide = { ownerId: 501, isPublic: false, tier: 'small' };
const lookup = (change: Record<string, unknown> = {}) =>
  parseTenantRow(
    1,
    {
      org_name: 'acme',
      org_type: 'Organization',
      status: 'active',
      tier: 'small',
      max_runners: 2,
      account_id: 501,
      ...change,
    },
    settings.tiers,
    'small',
  );

test.each([
  ["an active tenant's job passes", lookup(), job, settings, { kind: 'pass' }],
  [
    'a row made by hand without an account id passes',
    lookup({ account_id: undefined }),
    job,
    settings,
    { kind: 'pass' },
  ],
  [
    'a job that overtakes its installation waits',
    parseTenantRow(1, undefined, settings.tiers, 'small'),
    job,
    settings,
    { kind: 'park', reason: 'unknown-tenant' },
  ],
  [
    "a job waits with a reason of its own while its tenant's status is none that is known",
    lookup({ status: 'paused' }),
    job,
    settings,
    { kind: 'park', reason: 'tenant-row-invalid' },
  ],
  [
    'a job of a row that its installation has yet to fill in waits for that',
    parseTenantRow(1, { tier: 'small' }, settings.tiers, 'small'),
    job,
    settings,
    { kind: 'park', reason: 'unknown-tenant' },
  ],
  [
    "a deleted tenant's job is refused, although a hand set it to active",
    lookup({ status: 'active', cleanup: 'done' }),
    job,
    settings,
    { kind: 'refuse', reason: 'tenant-deleted' },
  ],
  [
    "a suspended tenant's job waits",
    lookup({ status: 'suspended' }),
    job,
    settings,
    { kind: 'park', reason: 'tenant-suspended' },
  ],
  [
    "a deleted tenant's job is refused",
    lookup({ status: 'deleted' }),
    job,
    settings,
    { kind: 'refuse', reason: 'tenant-deleted' },
  ],
  [
    "a tombstone's job is refused",
    parseTenantRow(1, { status: 'deleted' }, settings.tiers, 'small'),
    job,
    settings,
    { kind: 'refuse', reason: 'tenant-deleted' },
  ],
  [
    "another account's job is refused",
    lookup(),
    { ...job, ownerId: 777 },
    settings,
    { kind: 'refuse', reason: 'foreign-owner' },
  ],
  [
    "a public repository's job is refused",
    lookup(),
    { ...job, isPublic: true },
    settings,
    { kind: 'refuse', reason: 'public-repository' },
  ],
  [
    'a tenant may be allowed public repositories',
    lookup({ allow_public_repositories: true }),
    { ...job, isPublic: true },
    settings,
    { kind: 'pass' },
  ],
  [
    'a tenant may be denied public repositories',
    lookup({ allow_public_repositories: false }),
    { ...job, isPublic: true },
    { ...settings, allowPublicRepositories: true },
    { kind: 'refuse', reason: 'public-repository' },
  ],
  ['a larger size passes by default', lookup(), { ...job, tier: 'large' }, settings, { kind: 'pass' }],
  [
    'a larger size is refused with up_to_own',
    lookup(),
    { ...job, tier: 'large' },
    { ...settings, tierAccess: 'up_to_own' },
    { kind: 'refuse', reason: 'tier-access' },
  ],
  [
    'a size that is no longer configured is refused',
    lookup(),
    { ...job, tier: 'gone' },
    settings,
    { kind: 'refuse', reason: 'unknown-tier' },
  ],
  [
    "a suspended tenant's public job is refused, not kept waiting",
    lookup({ status: 'suspended' }),
    { ...job, isPublic: true },
    settings,
    { kind: 'refuse', reason: 'public-repository' },
  ],
] as const)('%s', (_name, row, wanted, rules, verdict) => {
  expect(decideJobPolicy(row, wanted, rules)).toEqual(verdict);
});
