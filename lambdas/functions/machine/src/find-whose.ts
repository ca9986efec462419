import { placeOfSecret, type Launch, type Place } from '@multi-tenant-runner/core';
import { decideAnnouncement } from './decide-announcement';
import type { ClaimRefusal, ClaimRequest } from './decide-claim';
import type { MachineDeps } from './deps';
import { readLaunch } from './read-launch';

/** `launch`: what names the machine, undefined if nothing does. `blank`: it is nobody's yet. */
export type Whose =
  | { readonly kind: 'launch'; readonly launch: Launch | undefined }
  | { readonly kind: 'blank' }
  | { readonly kind: 'refuse'; readonly reason: ClaimRefusal };

/** Whose a machine is that asks. One that waits in a pool is announced by the first request that it makes. */
export async function findWhose(request: ClaimRequest, deps: MachineDeps): Promise<Whose> {
  const { pool } = deps;
  const place = pool === undefined ? undefined : placeOfSecret(request.secret, request.launchIndex);
  if (pool === undefined || place === undefined)
    return { kind: 'launch', launch: await readLaunch(request.instanceId, deps) };
  return (await askPool(place, request, { ...deps, pool })) ?? readBound(request.instanceId, { ...deps, pool });
}

type PoolDeps = MachineDeps & Required<Pick<MachineDeps, 'pool'>>;

/** Undefined: the place is not, or no longer, this machine's. */
async function askPool(place: Place, request: ClaimRequest, deps: PoolDeps): Promise<Whose | undefined> {
  const blank = await deps.pool.get(place);
  const decision = decideAnnouncement(blank, request, deps.clock.now(), deps.bootTimeout);
  switch (decision.kind) {
    case 'announce':
      if (blank === undefined || !(await deps.pool.announce(blank, decision.announcement))) return undefined;
      return { kind: 'blank' };
    case 'blank':
      return { kind: 'blank' };
    case 'elsewhere':
      return undefined;
    case 'refuse':
      return decision;
  }
}

/** The row of who took it leads to its launch at once; the index of launches may lag. */
async function readBound(instanceId: string, deps: PoolDeps): Promise<Whose> {
  const bound = await deps.pool.findBound(instanceId);
  if (bound === undefined) return { kind: 'launch', launch: await readLaunch(instanceId, deps) };
  return { kind: 'launch', launch: await deps.launches.get(bound.installationId, bound.launchId) };
}
