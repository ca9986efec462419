import type { EditNote, TenantDirectory } from '@multi-tenant-runner/core';

export interface DirectoryUnderTest {
  readonly directory: TenantDirectory;
  write(row: Readonly<Record<string, unknown>>): Promise<void>;
  read(installationId: number): Promise<Readonly<Record<string, unknown>> | undefined>;
}

const NOTE: EditNote = {
  id: 'change-1',
  by: 'arn:aws:iam::123456789012:user/ops',
  via: 'mtr',
  reason: 'they asked',
  at: new Date('2026-01-15T12:00:00Z'),
};

export function tenantDirectoryContract(open: () => Promise<DirectoryUnderTest>, nextId: () => number): void {
  const row = (overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => {
    const installation_id = nextId();
    const name = `org-${installation_id}`;
    return {
      installation_id,
      org_name: name,
      org_type: 'Organization',
      status: 'active',
      tier: 'small',
      max_runners: 2,
      ...overrides,
    };
  };
  const idOf = (one: Readonly<Record<string, unknown>>): number => Number(one['installation_id']);

  it('finds every installation of a login, and none of another', async () => {
    const { directory, write } = await open();
    const first = row({ status: 'deleted' });
    const second = row({ org_name: first['org_name'] });
    for (const one of [first, second, row()]) await write(one);
    expect(await directory.findByName(String(first['org_name']))).toEqual([
      { installationId: idOf(first), status: 'deleted' },
      { installationId: idOf(second), status: 'active' },
    ]);
    expect(await directory.findByName('nowhere')).toEqual([]);
  });

  it('reads many at once as it reads one', async () => {
    const { directory, write } = await open();
    const rows = [row(), row({ status: 'suspended' }), row({ tier: 7 })];
    for (const one of rows) await write(one);
    const ids = [...rows.map(idOf), nextId()];
    const found = await directory.getAll(ids);
    expect([...found.keys()].sort()).toEqual([...ids].sort());
    for (const one of ids) expect(found.get(one)).toEqual(await directory.get(one));
    expect((await directory.getAll([])).size).toBe(0);
  });

  it('lists a status page by page, each tenant once', async () => {
    const { directory, write } = await open();
    const rows = [row({ status: 'suspended' }), row({ status: 'suspended' }), row({ status: 'suspended' })];
    for (const one of rows) await write(one);
    const seen: number[] = [];
    let after: number | undefined;
    do {
      const page = await directory.list('suspended', { limit: 2, ...(after !== undefined && { after }) });
      seen.push(...page.tenants.map(({ installationId }) => installationId));
      after = page.next;
    } while (after !== undefined);
    expect(seen).toEqual(expect.arrayContaining(rows.map(idOf)));
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('writes an edit with who, when and why', async () => {
    const { directory, write, read } = await open();
    const one = row();
    await write(one);
    const set = { status: 'suspended', suspended_by: 'operator', apps_from_repository: true };
    const edit = { expect: { status: 'active' }, set };
    const written = await directory.edit(idOf(one), edit, NOTE);
    expect(written).toMatchObject({
      ok: true,
      lookup: { tenant: { suspendedBy: 'operator', appsFromRepository: true } },
    });
    expect(await read(idOf(one))).toMatchObject({
      status: 'suspended',
      changed_by: NOTE.by,
      changed_via: 'mtr',
      change_reason: NOTE.reason,
      change_id: 'change-1',
      updated_at: '2026-01-15T12:00:00.000Z',
    });
  });

  it('removes what an edit sets to null', async () => {
    const { directory, write, read } = await open();
    const one = row({ status: 'suspended', suspended_by: 'operator' });
    await write(one);
    const edit = { expect: { suspended_by: 'operator' }, set: { status: 'active', suspended_by: null } };
    expect((await directory.edit(idOf(one), edit, NOTE)).ok).toBe(true);
    expect(await read(idOf(one))).not.toHaveProperty('suspended_by');
  });

  it.each([
    ['another status than expected', { status: 'suspended' }, { status: 'active' }],
    ['an attribute that should not be there', { suspended_by: 'github' }, { suspended_by: null }],
    ['a deletion that is final', { deleted_at: '2026-01-01T00:00:00Z' }, {}],
    ['a clean-up that has begun', { cleanup: 'pending' }, {}],
  ])('leaves a row alone that has %s', async (_what, overrides, expect_) => {
    const { directory, write, read } = await open();
    const one = row(overrides);
    await write(one);
    expect((await directory.edit(idOf(one), { expect: expect_, set: { tier: 'large' } }, NOTE)).ok).toBe(false);
    expect(await read(idOf(one))).toEqual(one);
  });

  it('makes no row of an id that does not exist', async () => {
    const { directory, read } = await open();
    const id = nextId();
    expect((await directory.edit(id, { expect: {}, set: { tier: 'large' } }, NOTE)).ok).toBe(false);
    expect(await read(id)).toBeUndefined();
  });
}
