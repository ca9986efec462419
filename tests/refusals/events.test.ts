import { newJob } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { streamRecord, tenantManagerWorld, type TenantManagerWorld } from '../../lambdas/functions/tenant-manager/test/tenant-manager-world';
import { delivery, webhookWorld, workflowJob } from '../../lambdas/functions/webhook/test/deliveries';
import { A, B, type Party } from './two-tenants';

/** B is suspended by GitHub's word, with a job that waits for it and one for a slot. */
async function suspendedB(): Promise<TenantManagerWorld> {
  const world = tenantManagerWorld();
  world.addTenant({ installation_id: A.installationId, org_name: A.owner, account_id: A.ownerId, status: 'suspended', suspended_by: 'github' });
  world.addTenant({ installation_id: B.installationId, org_name: B.owner, account_id: B.ownerId, status: 'suspended', suspended_by: 'github' });
  await world.state.jobs.create(newJob(jobMessage({ ...B, jobId: 2 }), world.clock.now(), 'parked', 'tenant-suspended'));
  return world;
}
const rowOfB = (world: TenantManagerWorld): string => JSON.stringify(world.row(B.installationId));
const account = ({ owner, ownerId }: Party) => ({ kind: 'owner', id: ownerId, login: owner, type: 'Organization' }) as const;

describe('an installation event', () => {
  test.each(['unsuspend', 'deleted', 'renamed'] as const)('%s of A leaves the row and the jobs of B alone; its twin of B does not', async (action) => {
    for (const party of [A, B]) {
      const world = await suspendedB();
      const before = rowOfB(world);
      const renamed = action === 'renamed' ? { ...account(party), login: 'new-name' } : account(party);
      if (action === 'renamed') world.state.github.renameOwner(party.installationId, 'new-name');
      await world.event(action, { installationId: party.installationId, account: renamed, changedAt: '2026-01-15T12:30:00Z' });
      expect({ party: party.owner, changed: rowOfB(world) !== before }).toEqual({ party: party.owner, changed: party === B });
      if (party === A) expect([...world.woken, ...world.cleaned]).not.toContain(B.installationId);
    }
  });
});

describe('a stream record', () => {
  test('of A, whatever its images claim, wakes nobody else; its twin of B wakes B', async () => {
    for (const party of [A, B]) {
      const world = await suspendedB();
      world.state.tenants.rows.set(party.installationId, { ...world.row(party.installationId), status: 'active', suspended_by: undefined });
      const before = { ...world.row(party.installationId), status: 'suspended', suspended_by: 'operator', installation_id: B.installationId };
      const after = { ...world.row(party.installationId), installation_id: B.installationId };
      await world.stream([streamRecord({ installationId: party.installationId, before, after })]);
      expect(world.state.queue.jobs.map((message) => message.installationId)).toEqual(party === B ? [B.installationId] : []);
    }
  });
});

describe('a webhook', () => {
  const queued = (installation: Party, owner: Party) =>
    workflowJob({ repository: { owner: { login: owner.owner, id: owner.ownerId, type: 'Organization' } }, top: { installation: { id: installation.installationId } } });

  test('with B’s installation and a repository of A is refused; its twin of B’s own goes to the queue', async () => {
    for (const owner of [A, B]) {
      const world = webhookWorld();
      for (const party of [A, B]) world.addTenant({ installation_id: party.installationId, org_name: party.owner, account_id: party.ownerId });
      await world.send(delivery('workflow_job', queued(B, owner)));
      expect(world.state.queue.jobs).toHaveLength(owner === B ? 1 : 0);
      if (owner === A) expect(world.state.jobs.all()).toMatchObject([{ state: 'refused', reason: 'foreign-owner' }]);
    }
  });

  test('signed by somebody else leaves no trace; its twin does', async () => {
    for (const secret of ['guessed', undefined]) {
      const world = webhookWorld();
      world.addTenant({ installation_id: B.installationId, org_name: B.owner, account_id: B.ownerId });
      await world.send(delivery('workflow_job', queued(B, B), secret === undefined ? {} : { secret }));
      expect(world.state.queue.jobs).toHaveLength(secret === undefined ? 1 : 0);
    }
  });
});
