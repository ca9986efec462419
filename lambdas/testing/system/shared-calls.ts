import { GIVEN_LAUNCH_RATE, type JobMessage } from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import type { System } from './system';

export const groupOf = (installationId: number): string => `sg-${installationId}`;

/** So many tenants, from 1001 on, with a group of their own and one job each of the size `small`. */
export function oneJobEach(system: System, tenants: number, limit = 5): readonly JobMessage[] {
  return Array.from({ length: tenants }, (_, at) => {
    const [installationId, jobId] = [1_001 + at, 1 + at];
    const account = { account_id: 501 + at, org_name: `org-${at}` };
    system.harness.addTenant({
      ...{ installation_id: installationId, max_runners: limit, security_group_id: groupOf(installationId) },
      ...account,
    });
    system.harness.state.github.jobs.set(jobId, { status: 'queued' });
    return jobMessage({ installationId, jobId, owner: account.org_name, ownerId: account.account_id });
  });
}

/** The account's calls of RunInstances that may start at once are taken; the next one waits for half a second. */
export async function useUpTheLine(system: System): Promise<void> {
  const { calls, machines } = GIVEN_LAUNCH_RATE;
  const draws = [
    { tokens: calls.burst, rate: calls },
    { tokens: calls.burst, rate: machines },
  ];
  await system.harness.budgets.place(draws, 0);
}
