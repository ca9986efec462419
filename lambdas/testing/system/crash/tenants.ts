import { MINUTE, type GitHubFailure } from '@multi-tenant-runner/core';
import { takes } from './machines';
import { createFunctions, type Functions } from '../functions';
import { createSystem, type System } from '../system';
import { ID, type Scenario } from './scenario';
import { busyTenant, parkedFor, queued } from './tenant-states';

const GITHUB_SUSPENDED = { changedAt: '2026-01-15T12:10:00Z' };

/** Two jobs that GitHub refuses a runner, for a reason that is over afterwards. */
async function refusedOnce(system: System, functions: Functions, failure: GitHubFailure): Promise<void> {
  const undo = system.harness.state.github.fail(failure, { method: 'authorize' });
  for (const jobId of [1, 2]) await queued(system, functions, jobId);
  undo();
}

/** GitHub forgets an installation's runners with the installation. */
function uninstalled(system: System): void {
  const { installations, registrations } = system.harness.state.github;
  installations.delete(ID);
  registrations.clear();
}

function atGitHub(system: System, suspended: boolean): void {
  const installation = system.harness.state.github.installations.get(ID);
  if (installation !== undefined) installation.suspended = suspended;
}

export const TENANTS: readonly Scenario[] = [
  {
    name: 'an onboarding with a job that came first',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.state.github.installations.set(ID, { login: 'acme', suspended: false });
      await parkedFor(system, 'unknown-tenant');
      return { system, functions, act: () => functions.lifecycle('created') };
    },
  },
  {
    name: 'an onboarding by an allow list that names the login',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system, ['acme']);
      system.harness.state.github.installations.set(ID, { login: 'acme', suspended: false, accountId: 501 });
      await parkedFor(system, 'unknown-tenant');
      return { system, functions, act: () => functions.lifecycle('created') };
    },
  },
  {
    name: 'a suspension while a job runs and another waits',
    arrange: async () => {
      const { system, functions } = await busyTenant();
      await functions.jobEvent(await takes(system, system.machineOf(1).instanceId, 1));
      system.harness.clock.advance(11 * MINUTE);
      atGitHub(system, true);
      const later = async (): Promise<void> => {
        atGitHub(system, false);
        await functions.lifecycle('unsuspend', { changedAt: '2026-01-15T13:10:00Z' });
      };
      return { system, functions, act: () => functions.lifecycle('suspend', GITHUB_SUSPENDED), later };
    },
  },
  {
    name: 'a suspension in the same second as its end',
    arrange: async () => {
      const { system, functions } = await busyTenant();
      await functions.lifecycle('unsuspend', GITHUB_SUSPENDED);
      return { system, functions, act: () => functions.lifecycle('suspend', GITHUB_SUSPENDED) };
    },
  },
  {
    name: 'the end of a suspension with a job that waits',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({
        status: 'suspended',
        suspended_by: 'github',
        github_changed_at: '2026-01-15T11:00:00.000Z',
        security_group_id: undefined,
      });
      await parkedFor(system, 'tenant-suspended');
      return { system, functions, act: () => functions.lifecycle('unsuspend', GITHUB_SUSPENDED) };
    },
  },
  {
    name: 'an uninstallation while a job runs and another waits',
    ends: { 1: 'cancelled', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant();
      await functions.jobEvent(await takes(system, system.machineOf(1).instanceId, 1));
      uninstalled(system);
      return { system, functions, act: () => functions.lifecycle('deleted') };
    },
  },
  {
    name: 'an uninstallation in the middle of a launch',
    ends: { 1: 'refused', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant({ max_runners: 2 });
      uninstalled(system);
      return { system, functions, act: () => functions.lifecycle('deleted') };
    },
  },
  {
    name: 'the clean-up of a deleted tenant by the sweep',
    ends: { 1: 'refused', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant();
      const { rows } = system.harness.state.tenants;
      rows.set(ID, { ...rows.get(ID), status: 'deleted', cleanup: 'pending' });
      uninstalled(system);
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'the last pass over a deleted tenant',
    ends: { 1: 'refused', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant();
      uninstalled(system);
      await functions.lifecycle('deleted');
      for (const machine of system.harness.state.fleet.machines.values()) machine.state = 'terminated';
      return { system, functions, act: () => functions.sweep() };
    },
  },
  {
    name: 'an account that gets another name',
    arrange: async () => {
      const { system, functions } = await busyTenant();
      const account = { kind: 'owner', id: 501, login: 'acme-inc', type: 'Organization' } as const;
      system.harness.state.github.renameOwner(ID, 'acme-inc');
      return { system, functions, act: () => functions.lifecycle('renamed', { account }) };
    },
  },
  {
    name: 'permissions that are accepted while jobs wait for them',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({ max_runners: 1 });
      await refusedOnce(system, functions, {
        kind: 'refused',
        status: 403,
        message: 'Resource not accessible by integration',
      });
      return { system, functions, act: () => functions.lifecycle('new_permissions_accepted') };
    },
  },
  {
    name: 'a new installation that follows an earlier one of the account',
    ends: { 1: 'refused', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant();
      uninstalled(system);
      system.harness.state.github.installations.set(2002, { login: 'acme', suspended: false });
      return { system, functions, act: () => functions.lifecycle('created', { installationId: 2002 }) };
    },
  },
];
