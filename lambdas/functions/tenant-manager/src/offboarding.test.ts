import { decideAcquire, leftOf, newJob, parseSurvey } from '@multi-tenant-runner/core';
import { INSTALLATION, jobMessage, launch, machineLife } from '@multi-tenant-runner/testing';
import { createTenantManagerHarness, streamRecord, type TenantManagerHarness } from '../test/tenant-manager-harness';

const AT = new Date('2026-01-15T12:00:00.000Z');
const NEXT = 2002;

/** A tenant with something in every place, but for a machine: EC2 takes a minute to end one. */
async function busyTenant(): Promise<TenantManagerHarness> {
  const harness = createTenantManagerHarness();
  harness.addTenant({ security_group_id: undefined });
  await harness.event('created');
  const { state } = harness;
  await state.jobs.create(newJob(jobMessage(), harness.clock.now(), 'parked', 'limit'));
  await state.launches.create(launch({ state: 'held' }));
  state.tenants.takeSlot(INSTALLATION);
  await state.configs.put({
    ...{ installationId: INSTALLATION, launchId: '7001-1', value: 'config', tenantTier: 'small', tier: 'small' },
    expiresAt: new Date(harness.clock.now().getTime() + 60_000),
  });
  state.github.registrations.add({
    ...{ id: 1, name: `${harness.environment}-i-1`, installationId: INSTALLATION, where: 'acme', labels: [] },
    ...{ groupId: 1, online: true, busy: false },
  });
  state.usage.record(machineLife({ installationId: INSTALLATION }));
  const request = { name: 'production', holder: 'run-1', by: 'job', ttl: 60_000, wait: false };
  await harness.locks.change(INSTALLATION, (locks) => decideAcquire(locks, request, harness.clock.now()));
  return harness;
}

async function survey(harness: TenantManagerHarness, installationId = INSTALLATION) {
  const parsed = parseSurvey(JSON.parse(JSON.stringify(await harness.invoke({ survey: installationId }))));
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return parsed.value;
}

const foundIn = ({ lookedFor }: Awaited<ReturnType<typeof survey>>) =>
  Object.fromEntries(lookedFor.map(({ what, found, unknown }) => [what, unknown ?? found]));

/** The stream's record of the write that ended the clean-up. */
function finishedRecord(harness: TenantManagerHarness, installationId = INSTALLATION) {
  const after = harness.row(installationId) ?? {};
  const record = streamRecord({ installationId, before: { ...after, cleanup: 'pending' }, after });
  return { ...record, dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: AT.getTime() / 1_000 } };
}

/** What GitHub forgets with an installation. */
function uninstalled(harness: TenantManagerHarness): void {
  harness.state.github.installations.delete(INSTALLATION);
  harness.state.github.registrations.clear();
}

const proofs = ({ audit }: TenantManagerHarness) =>
  audit.entries.filter(({ action }) => action.startsWith('tenant.offboarding-'));

describe('a survey of a tenant', () => {
  it('finds what it has in every place, says what stays, and changes nothing', async () => {
    const harness = await busyTenant();
    harness.calls.length = 0;
    const found = await survey(harness);
    expect(foundIn(found)).toEqual({
      machines: 0,
      'launches that are not over': 1,
      'jobs that are not over': 1,
      'slots of its limit': 1,
      'runner configurations': 1,
      'security group of its own': 1,
      'runners at GitHub': 1,
      locks: 1,
    });
    expect(found.kept).toContainEqual(expect.objectContaining({ what: 'machines in the ledger', found: 1 }));
    const changes = /create|change|remove|put|terminate|ensure|mark|finish|record|delete|send/i;
    expect(harness.names().filter((name) => changes.test(name))).toEqual([]);
  });

  it('says which place did not answer, and looks in the others all the same', async () => {
    const harness = await busyTenant();
    harness.state.github.fail({ kind: 'unavailable', message: 'no answer' });
    const found = await survey(harness);
    expect(foundIn(found)).toMatchObject({ 'runners at GitHub': "GitHub's answer is unavailable", locks: 1 });
    expect(leftOf(found).map(({ what }) => what)).toContain('runners at GitHub');
  });

  it('counts no runner of the organisation that is not ours', async () => {
    const harness = await busyTenant();
    const { registrations } = harness.state.github;
    const [one] = registrations.all();
    if (one === undefined) throw new Error('the tenant has no runner');
    registrations.remove(one);
    registrations.add({ ...one, name: 'their-own' });
    expect(foundIn(await survey(harness))).toMatchObject({ 'runners at GitHub': 0 });
  });
});

describe('the proof of an offboarding', () => {
  it('is in the audit trail once, however often the stream hands out the end of the clean-up', async () => {
    const harness = await busyTenant();
    uninstalled(harness);
    await harness.event('deleted');
    harness.clock.advance(3_600_000);
    await harness.event('deleted');
    expect(harness.row()).toMatchObject({ cleanup: 'done' });
    const record = finishedRecord(harness);
    for (let time = 0; time < 2; time += 1) expect(await harness.stream([record])).toEqual([]);
    expect(proofs(harness)).toMatchObject([
      {
        action: 'tenant.offboarding-proved',
        via: 'module',
        reason: expect.stringContaining('Nothing is left: 8 places were looked in'),
        after: { machines: 0, locks: 0, runners_at_github: 0, kept_machines_in_the_ledger: 1 },
      },
    ]);
  });

  it('comes after what came up in between was cleaned up', async () => {
    const harness = await busyTenant();
    uninstalled(harness);
    harness.clock.advance(3_600_000);
    await harness.event('deleted');
    await harness.state.securityGroups.ensure(INSTALLATION, 'small');
    await harness.stream([finishedRecord(harness)]);
    expect(harness.state.securityGroups.groups.size).toBe(0);
    expect(proofs(harness)).toMatchObject([{ action: 'tenant.offboarding-proved' }]);
  });

  it('is none where a place does not answer; asked again it looks again', async () => {
    const harness = await busyTenant();
    uninstalled(harness);
    harness.clock.advance(3_600_000);
    await harness.event('deleted');
    const mend = harness.state.github.fail({ kind: 'unavailable', message: 'no answer' });
    await harness.stream([finishedRecord(harness)]);
    expect(proofs(harness)).toMatchObject([
      {
        action: 'tenant.offboarding-looked-at',
        after: { runners_at_github: expect.stringContaining('not looked for') },
      },
    ]);
    mend();
    expect(leftOf(await survey(harness))).toEqual([]);
  });

  it('stands though the clean-up was cut off, ran twice at once, and the account came back meanwhile', async () => {
    const harness = await busyTenant();
    uninstalled(harness);
    harness.clock.advance(3_600_000);
    harness.faults.fail('securityGroups.remove', new Error('cut off'));
    await expect(harness.event('deleted')).rejects.toThrow('cut off');
    harness.state.github.installations.set(NEXT, { login: 'acme', suspended: false, accountId: 501 });
    await Promise.all([
      harness.event('deleted'),
      harness.event('created', { installationId: NEXT }),
      harness.event('deleted'),
    ]);
    expect(harness.row()).toMatchObject({ status: 'deleted', cleanup: 'done' });
    await harness.stream([finishedRecord(harness)]);
    expect(proofs(harness)).toMatchObject([{ action: 'tenant.offboarding-proved', installationId: INSTALLATION }]);
    expect(harness.row(NEXT)).toMatchObject({ status: 'active', previous_installation_id: INSTALLATION });
    expect(foundIn(await survey(harness, NEXT))).toMatchObject({ 'security group of its own': 1 });
  });
});
