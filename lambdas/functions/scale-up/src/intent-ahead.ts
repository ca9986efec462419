import { newLaunch, type Intent, type Job, type TenantLookup } from '@multi-tenant-runner/core';
import { hashSecret } from '@multi-tenant-runner/runtime';
import { decideIntent } from './decide-intent';
import { decideStart } from './decide-start';
import { sharesCalls, tenantTierOf, type ScaleUpDeps } from './deps';

/**
 * What EC2 will be asked for by a job that has no slot yet, to be written together with that. Undefined where it is not
 * known: others of its tenant and size in this invocation may share its call, a machine that waits may be taken, or the
 * tenant's row makes it wait or probe.
 */
export async function intentAhead(job: Job, lookup: TenantLookup, deps: ScaleUpDeps): Promise<Intent | undefined> {
  if (deps.seat?.isAlone() === false || mayTakeAnother(job, deps)) return undefined;
  const now = deps.clock.now();
  const launch = newLaunch(job, now.toISOString());
  const start = decideStart({ job, launch, lookup }, { ...deps.settings, ...deps.scaleUp }, now);
  if (start.kind !== 'start') return undefined;
  const machineFor = { securityGroupId: start.securityGroupId, tenantTier: tenantTierOf(lookup, deps) };
  const intent = decideIntent(launch, [], machineFor, deps);
  return intent && { ...intent, claimHash: hashSecret(await deps.claimSecretFor(intent.clientToken)) };
}

/** A machine that is there, or one of a call that tenants share. */
function mayTakeAnother(job: Job, { pooling, sharing }: ScaleUpDeps): boolean {
  return pooling?.pools.has(job.tier) === true || (sharing !== undefined && sharesCalls(job, sharing));
}
