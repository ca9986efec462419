import { newJob } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import {
  streamRecord,
  createTenantManagerHarness,
  type TenantManagerHarness,
} from '@multi-tenant-runner/tenant-manager/test/tenant-manager-harness';
import { delivery, createWebhookHarness, workflowJob } from '@multi-tenant-runner/webhook/test/deliveries';
import { A, B, type Party } from './two-tenants';

/** B is suspended by GitHub's word, with a job that waits for it and one for a slot. */
async function suspendedB(): Promise<TenantManagerHarness> {
  const harness = createTenantManagerHarness();
  harness.addTenant({
    installation_id: A.installationId,
    org_name: A.owner,
    account_id: A.ownerId,
    status: 'suspended',
    suspended_by: 'github',
  });
  harness.addTenant({
    installation_id: B.installationId,
    org_name: B.owner,
    account_id: B.ownerId,
    status: 'suspended',
    suspended_by: 'github',
  });
  await harness.state.jobs.create(
    newJob(jobMessage({ ...B, jobId: 2 }), harness.clock.now(), 'parked', 'tenant-suspended'),
  );
  return harness;
}
const rowOfB = (harness: TenantManagerHarness): string => JSON.stringify(harness.row(B.installationId));
const account = ({ owner, ownerId }: Party) =>
  ({ kind: 'owner', id: ownerId, login: owner, type: 'Organization' }) as const;

describe('an installation event', () => {
  test.each(['unsuspend', 'deleted', 'renamed'] as const)(
    '%s of A leaves the row and the jobs of B alone; its twin of B does not',
    async (action) => {
      for (const party of [A, B]) {
        const harness = await suspendedB();
        const before = rowOfB(harness);
        const renamed = action === 'renamed' ? { ...account(party), login: 'new-name' } : account(party);
        if (action === 'renamed') harness.state.github.renameOwner(party.installationId, 'new-name');
        await harness.event(action, {
          installationId: party.installationId,
          account: renamed,
          changedAt: '2026-01-15T12:30:00Z',
        });
        expect({ party: party.owner, changed: rowOfB(harness) !== before }).toEqual({
          party: party.owner,
          changed: party === B,
        });
        if (party === A) expect([...harness.woken, ...harness.cleaned]).not.toContain(B.installationId);
      }
    },
  );
});

describe('a stream record', () => {
  test('of A, whatever its images claim, dispatches no other tenant; its twin of B dispatches B', async () => {
    for (const party of [A, B]) {
      const harness = await suspendedB();
      harness.state.tenants.rows.set(party.installationId, {
        ...harness.row(party.installationId),
        status: 'active',
        suspended_by: undefined,
      });
      const before = {
        ...harness.row(party.installationId),
        status: 'suspended',
        suspended_by: 'operator',
        installation_id: B.installationId,
      };
      const after = { ...harness.row(party.installationId), installation_id: B.installationId };
      await harness.stream([streamRecord({ installationId: party.installationId, before, after })]);
      expect(harness.state.queue.jobs.map((message) => message.installationId)).toEqual(
        party === B ? [B.installationId] : [],
      );
    }
  });
});

describe('a webhook', () => {
  const queued = (installation: Party, owner: Party) =>
    workflowJob({
      repository: { owner: { login: owner.owner, id: owner.ownerId, type: 'Organization' } },
      top: { installation: { id: installation.installationId } },
    });

  test('with B’s installation and a repository of A is refused; its twin of B’s own goes to the queue', async () => {
    for (const owner of [A, B]) {
      const harness = createWebhookHarness();
      for (const party of [A, B])
        harness.addTenant({ installation_id: party.installationId, org_name: party.owner, account_id: party.ownerId });
      await harness.send(delivery('workflow_job', queued(B, owner)));
      expect(harness.state.queue.jobs).toHaveLength(owner === B ? 1 : 0);
      if (owner === A) expect(harness.state.jobs.all()).toMatchObject([{ state: 'refused', reason: 'foreign-owner' }]);
    }
  });

  test('with another party’s signature leaves no trace; its twin does', async () => {
    for (const secret of ['guessed', undefined]) {
      const harness = createWebhookHarness();
      harness.addTenant({ installation_id: B.installationId, org_name: B.owner, account_id: B.ownerId });
      await harness.send(delivery('workflow_job', queued(B, B), secret === undefined ? {} : { secret }));
      expect(harness.state.queue.jobs).toHaveLength(secret === undefined ? 1 : 0);
    }
  });
});
