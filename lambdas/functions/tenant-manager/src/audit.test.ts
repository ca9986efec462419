import { INSTALLATION, tenantRow, type TenantRow } from '@multi-tenant-runner/testing';
import { createTenantManagerHarness, streamRecord } from '../test/tenant-manager-harness';

const AT = new Date('2026-01-15T12:00:00.000Z');
const NOTE = {
  changed_by: 'arn:aws:sts::123456789012:assumed-role/Operators/jane',
  changed_via: 'mtr',
  change_reason: 'they pay for more',
  change_id: 'change-1',
};

async function entriesOf(before: TenantRow | undefined, after: TenantRow | undefined) {
  const harness = createTenantManagerHarness();
  if (after) harness.addTenant(after);
  const record = streamRecord({ ...(before && { before }), ...(after && { after }) });
  const dated = {
    ...record,
    dynamodb: { ...record.dynamodb, ApproximateCreationDateTime: AT.getTime() / 1000 },
  };
  // The stream hands out a batch again after an error.
  for (let time = 0; time < 2; time += 1) expect(await harness.stream([dated])).toEqual([]);
  return harness.audit.entries;
}

describe('the audit trail has', () => {
  it('once who changed a row with a tool of ours, how and why', async () => {
    const entries = await entriesOf(tenantRow(), tenantRow({ tier: 'medium', max_runners: 5, ...NOTE }));
    expect(entries).toEqual([
      {
        installationId: INSTALLATION,
        at: AT.toISOString(),
        id: expect.stringMatching(/^event-/),
        action: 'tenant.changed',
        actor: NOTE.changed_by,
        via: 'mtr',
        reason: NOTE.change_reason,
        requestId: NOTE.change_id,
        before: { tier: 'small', max_runners: 2 },
        after: { tier: 'medium', max_runners: 5 },
      },
    ]);
  });

  it('an edit of the table by hand, also where an earlier note stands in the row', async () => {
    const before = tenantRow(NOTE);
    expect(await entriesOf(before, { ...before, max_runners: 9 })).toMatchObject([
      { action: 'tenant.changed', actor: 'unknown', via: 'table', before: { max_runners: 2 } },
    ]);
  });

  it.each([
    ['a suspension by an operator', {}, { status: 'suspended', suspended_by: 'operator', ...NOTE }, 'mtr', 'suspended'],
    [
      'a suspension at GitHub',
      {},
      { status: 'suspended', suspended_by: 'github', github_changed_at: AT.toISOString() },
      'github',
      'suspended',
    ],
    ['a reactivation', { status: 'suspended', suspended_by: 'operator' }, { ...NOTE }, 'mtr', 'activated'],
    ['an offboarding by hand', {}, { status: 'deleted' }, 'table', 'offboarded'],
  ])('%s', async (_what, before, after, via, action) => {
    expect(await entriesOf(tenantRow(before), tenantRow(after))).toMatchObject([{ via, action: `tenant.${action}` }]);
  });

  it('a new tenant, and a row that was removed', async () => {
    expect(await entriesOf(undefined, tenantRow())).toMatchObject([{ action: 'tenant.created', via: 'unknown' }]);
    expect(await entriesOf(tenantRow(), undefined)).toMatchObject([{ action: 'tenant.row-removed', via: 'table' }]);
  });

  it('nothing of what is no decision about a tenant', async () => {
    expect(await entriesOf(tenantRow(), tenantRow({ slots_held: 1 }))).toEqual([]);
    expect(await entriesOf(tenantRow(), tenantRow({ github_limited_until: AT.toISOString() }))).toEqual([]);
  });
});

test('a trail that can not be written keeps no job waiting, and the change comes again', async () => {
  const harness = createTenantManagerHarness();
  harness.addTenant({ max_runners: 5 });
  harness.audit.record = async () => Promise.reject(new Error('no answer'));
  const record = streamRecord({ before: tenantRow(), after: tenantRow({ max_runners: 5 }) });
  expect(await harness.stream([record])).toEqual([record.dynamodb?.SequenceNumber]);
  expect(harness.woken).toEqual([INSTALLATION]);
});
