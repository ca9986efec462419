import { clientTokenFor, type Intent, type Launch } from '@multi-tenant-runner/core';
import { itemSizeOf } from '@multi-tenant-runner/testing';
import fc from 'fast-check';
import { launchOfItem } from './launch-codec';
import { itemOfLaunch } from './launch-store';

/** What docs/adr/0028 says that a row under 1 KB has room for, all of it at once. */
const LONGEST = { owner: 39, repository: 40, size: 20, prefix: 24 } as const;
const KILOBYTE = 1_024;

const text = (alphabet: string, minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const hex = (length: number) => text('0123456789abcdef', length, length);
const name = (longest: number) => text('abcdefghijkxyz0189', 1, longest);
const time = fc.date({ min: new Date('2026-01-01'), max: new Date('2036-01-01'), noInvalidDate: true });
const iso = time.map((date) => date.toISOString());
const instanceId = hex(17).map((id) => `i-${id}`);
const type = fc.constantFrom('t3.medium', 'm7i-flex.12xlarge', 'g5.48xlarge');
const subnet = hex(17).map((id) => `subnet-${id}`);

function intentOf(installationId: number, launchId: string): fc.Arbitrary<Intent> {
  return fc
    .record({ spot: fc.boolean(), instanceType: type, subnetId: subnet, group: hex(17), template: hex(17) })
    .chain(({ spot, instanceType, subnetId, group, template }) => {
      const candidate = `${spot ? 'spot' : 'on-demand'}/${instanceType}/${subnetId}`;
      return fc.record({
        candidate: fc.constant(candidate),
        clientToken: fc.constant(clientTokenFor(installationId, launchId, candidate)),
        instanceType: fc.constant(instanceType),
        subnetId: fc.constant(subnetId),
        spot: fc.constant(spot),
        launchTemplateId: fc.constant(`lt-${template}`),
        launchTemplateVersion: fc.integer({ min: 1, max: 999 }).map(String),
        securityGroupId: fc.constant(`sg-${group}`),
        tenantTier: name(LONGEST.size),
        claimHash: hex(64),
      });
    });
}

const ended = fc.record({
  state: fc.constant('ended' as const),
  reason: fc.constantFrom('job-done', 'machine-gone', 'spot-interrupted', 'max-lifetime'),
  machineEndedAt: iso,
  endedAt: iso,
});

/** All that a launch without trouble has at its end, and the last row before. */
const life: fc.Arbitrary<Launch> = fc
  .record({
    installationId: fc.integer({ min: 1, max: 999_999_999 }),
    jobId: fc.integer({ min: 1, max: 999_999_999_999 }),
    attempt: fc.integer({ min: 1, max: 4 }),
    owner: name(LONGEST.owner),
    repository: fc.option(name(LONGEST.repository)),
    instanceId,
    prefix: name(LONGEST.prefix),
    end: fc.option(ended),
  })
  .chain(({ installationId, jobId, attempt, owner, repository, end, prefix, ...own }) => {
    const launchId = `${jobId}-${attempt}`;
    return fc.record({
      installationId: fc.constant(installationId),
      launchId: fc.constant(launchId),
      jobId: fc.constantFrom(jobId, jobId + 1),
      state: fc.constant(end?.state ?? ('running' as const)),
      version: fc.integer({ min: 1, max: 40 }),
      tier: name(LONGEST.size),
      owner: fc.constant(owner),
      scope: fc.constant(repository === null ? ('org' as const) : (`${owner}/${repository}` as const)),
      ...(repository !== null && { repoId: fc.integer({ min: 1, max: 2_000_000_000 }) }),
      fleetShare: fc.nat(31),
      intent: intentOf(installationId, launchId),
      instanceId: fc.constant(own.instanceId),
      interfaceId: hex(17).map((id) => `eni-${id}`),
      runnerId: fc.integer({ min: 1, max: 99_999_999 }),
      runnerName: fc.constant(`${prefix}-${own.instanceId}`),
      jitStored: fc.constant(true),
      claim: fc.record({ nonceHash: hex(64), reportHash: hex(64) }),
      reports: fc.record({
        runnerVersion: fc.constant('2.336.10'),
        activity: fc.constantFrom('busy' as const, 'idle' as const),
        end: fc.constantFrom('job-done', 'watchdog-timeout'),
        received: fc.record({
          minute: fc.integer({ min: 29_000_000, max: 39_000_000 }),
          inMinute: fc.integer({ min: 1, max: 20 }),
          total: fc.integer({ min: 1, max: 120 }),
          logBytes: fc.nat(131_072),
        }),
      }),
      takenBy: fc.constant(jobId),
      takenAt: iso,
      jobEndedAt: iso,
      createdAt: iso,
      launchedAt: iso,
      runningAt: iso,
      updatedAt: end === null ? iso : fc.constant(end.endedAt),
      ...(end !== null && {
        reason: fc.constant(end.reason),
        machineEndedAt: fc.constant(end.machineEndedAt),
        endedAt: fc.constant(end.endedAt),
      }),
    }) as fc.Arbitrary<Launch>;
  });

/** Also what follows from nothing: rows of tests and of hands. */
const odd: fc.Arbitrary<Partial<Launch>> = fc.record(
  {
    runnerName: name(10),
    takenBy: fc.nat(),
    scope: fc.constantFrom('org', 'other/app'),
    updatedAt: iso,
    claim: fc.record({ nonceHash: name(10), reportHash: hex(62) }),
    attempted: fc.array(
      subnet.map((id) => `spot/t3.medium/${id}`),
      { minLength: 1, maxLength: 3 },
    ),
    blank: fc.record({ blankId: name(10), nonceHash: hex(64), startedAt: iso }),
    intent: fc.record({
      candidate: fc.constantFrom('spot/t3.medium/subnet-a', 'of a hand'),
      clientToken: hex(64),
      instanceType: fc.constant('t3.medium'),
      subnetId: fc.constantFrom('subnet-a', 'subnet-b'),
      spot: fc.boolean(),
      launchTemplateId: fc.constant('lt-small'),
      launchTemplateVersion: fc.constantFrom('1', '$Latest'),
      securityGroupId: fc.constant('sg-acme'),
      tenantTier: fc.constant('small'),
      claimHash: name(10),
      group: fc.constant({ index: 0, size: 2 }),
    }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Partial<Launch>>;

test('a launch comes out of its row as it went in', () => {
  fc.assert(
    fc.property(life, odd, (launch, changes) => {
      const row = { ...launch, ...changes };
      expect(launchOfItem(itemOfLaunch(row))).toEqual(row);
    }),
  );
});

test('a launch that nothing befalls has a row of one write unit, at its end too', () => {
  fc.assert(fc.property(life, (launch) => expect(itemSizeOf(itemOfLaunch(launch))).toBeLessThanOrEqual(KILOBYTE)));
});
