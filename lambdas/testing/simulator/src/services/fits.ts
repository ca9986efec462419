import type { InMemoryRegistration } from '@multi-tenant-runner/testing';
import { nameOf, type SimJob } from '../scenario/model';

/**
 * Whether GitHub gives a runner a job. A runner group takes no jobs of public repositories unless it is configured
 * to; a job that names only the group requires no labels.
 * https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/manage-access
 */
export function fits({ tenant, plan }: SimJob, registration: InMemoryRegistration, admitsPublic: boolean): boolean {
  const { login } = tenant;
  const place = registration.where === login || registration.where === `${login}/${nameOf(tenant, plan.repo)}`;
  const admitted = !plan.isPublic || admitsPublic;
  return place && admitted && (plan.groupOnly !== undefined || registration.labels.includes(plan.tier));
}
