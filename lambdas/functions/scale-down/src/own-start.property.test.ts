import { decideJobPolicy, parseTenantRow, type AdmissionSettings } from '@multi-tenant-runner/core';
import { settings, tenantRow } from '@multi-tenant-runner/testing';
import fc from 'fast-check';

const ID = 1001;
const status = fc.constantFrom('active', 'suspended', 'deleted');
const changes = fc.record(
  { status, allow_public_repositories: fc.boolean(), max_runners: fc.nat(9), tier: fc.constantFrom('small', 'none') },
  { requiredKeys: [] },
);
const modes = fc.record({
  tierAccess: fc.constantFrom('any', 'up_to_own'),
  allowPublicRepositories: fc.boolean(),
});

const lookupOf = (row: object, { tiers, defaultTier }: AdmissionSettings) =>
  parseTenantRow(ID, tenantRow({ installation_id: ID, ...row }), tiers, defaultTier);

test('a private job that was let in is refused its runner for nothing, whatever was changed since', () => {
  fc.assert(
    fc.property(changes, changes, modes, fc.constantFrom(1, 2), fc.boolean(), (before, after, mode, ownerId, had) => {
      const own = { ...settings(), ...mode };
      const account = had ? { account_id: 1 } : { account_id: undefined };
      const job = { ownerId, isPublic: false, tier: 'small' };
      fc.pre(decideJobPolicy(lookupOf({ ...before, ...account }, own), job, own).kind === 'pass');
      const now = decideJobPolicy(lookupOf({ ...after, ...account }, own), job, own);
      expect(now).not.toMatchObject({ reason: expect.stringMatching(/^(foreign-owner|public-repository)$/) as string });
    }),
  );
});
