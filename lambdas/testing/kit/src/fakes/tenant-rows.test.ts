import fc from 'fast-check';
import type { TenantLookup } from '@multi-tenant-runner/core';
import { TenantRows } from './tenant-rows';

test('finds accounts and the order of ids as a look through all rows does', () => {
  const step = fc.oneof(fc.record({ id: fc.nat(9), account: fc.nat(3) }), fc.nat(9));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const rows = new TenantRows();
      for (const one of steps) {
        if (typeof one === 'number') rows.delete(one);
        else rows.set(one.id, { account_id: one.account });
        expect(rows.sortedIds).toEqual([...rows.keys()].sort((a, b) => a - b));
      }
      for (const account of [0, 1, 2, 3]) {
        const found = [...rows].filter(([, row]) => row['account_id'] === account).map(([id]) => id);
        expect([...(rows.byAccount.get(account) ?? [])].sort()).toEqual(found.sort());
      }
    }),
  );
});

test('reads a row once, one that replaces it anew, and one of two tenants for each', () => {
  const rows = new TenantRows();
  const read: unknown[] = [];
  const look = (installationId: number): TenantLookup =>
    rows.lookup(installationId, (row) => {
      read.push(row?.['status']);
      return { kind: 'none', installationId, problems: [] };
    });
  rows.set(1, { status: 'pending' });
  look(1);
  look(1);
  rows.set(1, { status: 'active' });
  look(1);
  rows.set(2, rows.get(1) ?? {});
  look(2);
  look(3);

  expect(read).toEqual(['pending', 'active', 'active', undefined]);
});
