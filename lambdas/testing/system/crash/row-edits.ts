import { SECOND } from '@multi-tenant-runner/core';
import { tenantRow } from '@multi-tenant-runner/testing';
import { createFunctions } from '../functions';
import { createSystem } from '../system';
import { ID, type Scenario } from './scenario';
import { busyTenant, parkedFor, queued } from './tenant-states';

/** Changes of the tenants table that only its stream reports. */
export const ROW_EDITS: readonly Scenario[] = [
  {
    name: 'an operator corrects the runner group in the row',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({ max_runners: 1, runner_group: 'Bilders' });
      for (const jobId of [1, 2]) await queued(system, functions, jobId);
      const { rows } = system.harness.state.tenants;
      const before = rows.get(ID) ?? {};
      const after = { ...before, runner_group: 'Builders' };
      system.harness.state.github.runnerGroups.set(ID, [{ id: 42, name: 'Builders' }]);
      rows.set(ID, after);
      return { system, functions, act: () => functions.stream([{ installationId: ID, before, after }]) };
    },
  },
  {
    name: 'an operator raises a limit',
    mayBeLost: true,
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({ max_runners: 1 });
      await parkedFor(system, 'limit');
      const change = {
        installationId: ID,
        before: tenantRow({ max_runners: 0 }),
        after: tenantRow({ max_runners: 1 }),
      };
      return { system, functions, act: () => functions.stream([change]) };
    },
  },
  {
    name: 'an operator sets a row to deleted',
    ends: { 1: 'refused', 2: 'refused' },
    arrange: async () => {
      const { system, functions } = await busyTenant();
      const { rows } = system.harness.state.tenants;
      const before = rows.get(ID) ?? {};
      const after = { ...before, status: 'deleted' };
      rows.set(ID, after);
      return { system, functions, act: () => functions.stream([{ installationId: ID, before, after }]) };
    },
  },
  {
    name: 'an operator raises the limit in the row of an earlier installation',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({ max_runners: 1 });
      await parkedFor(system, 'limit');
      const before = tenantRow({ installation_id: 900, status: 'deleted', cleanup: 'done', replaced_by: ID });
      const after = { ...before, max_runners: 3 };
      system.harness.state.tenants.rows.set(900, after);
      return {
        system,
        functions,
        act: () => functions.stream([{ installationId: 900, before, after }]),
        alsoWrong: () =>
          system.harness.state.tenants.rows.get(ID)?.['max_runners'] === 3 ? [] : ['the limit was not carried over'],
      };
    },
  },
  {
    name: 'a row without its security group',
    arrange: async () => {
      const system = createSystem();
      const functions = createFunctions(system);
      system.harness.addTenant({ security_group_id: undefined });
      await parkedFor(system, 'limit');
      system.harness.clock.advance(30 * SECOND);
      return {
        system,
        functions,
        act: () => functions.stream([{ installationId: ID, after: tenantRow({ security_group_id: undefined }) }]),
      };
    },
  },
];
