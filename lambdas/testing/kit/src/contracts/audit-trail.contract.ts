import type { AuditEntry, AuditTrail } from '@multi-tenant-runner/core';

/** @param nextId installations that no other test uses */
export function auditTrailContract(make: () => Promise<AuditTrail>, nextId: () => number): void {
  let trail: AuditTrail;
  let installationId: number;
  let day: string;
  const entry = (minute: number, overrides: Partial<AuditEntry> = {}): AuditEntry => ({
    installationId,
    at: `${day}T12:${String(minute).padStart(2, '0')}:00.000Z`,
    id: `change-${minute}`,
    action: 'tenant.changed',
    actor: 'arn:aws:iam::123456789012:user/ops',
    via: 'mtr',
    ...overrides,
  });

  beforeEach(async () => {
    trail = await make();
    installationId = nextId();
    day = new Date(Date.UTC(2026, 0, 1) + installationId * 86_400_000).toISOString().slice(0, 10);
  });

  it('gives an entry back as it was written, with the row in its own spelling', async () => {
    const full = entry(1, {
      reason: 'they asked',
      requestId: 'request-1',
      before: { max_runners: 2 },
      after: { max_runners: 5, allow_public_repositories: true },
    });
    expect(await trail.record(full)).toBe(true);
    expect((await trail.ofTenant(installationId, { limit: 10 })).entries).toEqual([full]);
  });

  it('never writes over an entry', async () => {
    await trail.record(entry(1));
    expect(await trail.record(entry(1, { actor: 'someone else' }))).toBe(false);
    expect((await trail.ofTenant(installationId, { limit: 10 })).entries).toEqual([entry(1)]);
  });

  it('lists a tenant newest first, page by page, each entry once', async () => {
    for (const minute of [2, 1, 3]) await trail.record(entry(minute));
    await trail.record(entry(4, { installationId: nextId() }));
    const first = await trail.ofTenant(installationId, { limit: 2 });
    expect(first.entries).toEqual([entry(3), entry(2)]);
    expect(first.next).toBeDefined();
    const second = await trail.ofTenant(installationId, { limit: 2, ...(first.next && { before: first.next }) });
    expect(second.entries).toEqual([entry(1)]);
  });

  it('lists a day of all tenants', async () => {
    const other = entry(2, { installationId: nextId() });
    for (const one of [entry(1), other, entry(3)]) await trail.record(one);
    const first = await trail.ofDay(day, { limit: 2 });
    expect(first.entries).toEqual([entry(3), other]);
    const second = await trail.ofDay(day, { limit: 2, ...(first.next && { before: first.next }) });
    expect(second.entries).toEqual([entry(1)]);
  });

  it('begins before a time, at which there need be no entry', async () => {
    for (const minute of [1, 2, 3]) await trail.record(entry(minute));
    const { at } = entry(3);
    const before = (tenant: number) => ({ limit: 10, before: { installationId: tenant, entry: `${at}#` } });
    expect((await trail.ofTenant(installationId, before(installationId))).entries).toEqual([entry(2), entry(1)]);
    const { entries } = await trail.ofDay(day, before(0));
    expect(entries.filter((one) => one.installationId === installationId)).toEqual([entry(2), entry(1)]);
  });
}
