import { claimConfig, claimNamed, keyedSecretOf, type Launch, type Written } from '@multi-tenant-runner/core';
import { claimGuardOf, decideClaim, reportSecretOf, type ClaimRefusal, type ClaimRequest } from './decide-claim';
import type { MachineDeps } from './deps';
import { findWhose, type Whose } from './find-whose';

/** Seconds after which a machine asks again. */
const RETRY_AFTER = 3;
/** How often the row is read again when another write reached it meanwhile. */
const LOOKS = 4;

export type ClaimAnswer =
  | { readonly kind: 'granted'; readonly launch: Launch; readonly jitConfig: string; readonly reportSecret: string }
  /** `isKnown`: a launch names the machine, and the secret is its own. */
  | { readonly kind: 'wait'; readonly retryAfter: number; readonly isKnown: boolean }
  /** It waits in its pool for a job, or was bound to one a moment ago. */
  | { readonly kind: 'blank' }
  | { readonly kind: 'refused'; readonly reason: ClaimRefusal };

/**
 * Gives a machine the configuration of its launch: first the row, by a conditional write, then what the row's own
 * tenant and launch name. Whatever cuts it off, the same boot may ask again and no other.
 */
export async function handleClaim(request: ClaimRequest, deps: MachineDeps): Promise<ClaimAnswer> {
  const named = await claimByName(request, deps);
  if (named?.ok === true) return grant(named.row, request, deps);
  const whose: Whose =
    named?.row === undefined ? await findWhose(request, deps) : { kind: 'launch', launch: named.row };
  if (whose.kind === 'refuse') return { kind: 'refused', reason: whose.reason };
  if (whose.kind === 'blank') return whose;
  let { launch } = whose;
  for (let look = 1; look <= LOOKS; look += 1) {
    const decision = decideClaim(launch, request, deps.clock.now(), deps.bootTimeout);
    if (decision.kind === 'refuse') return { kind: 'refused', reason: decision.reason };
    if (decision.kind === 'wait' || launch === undefined) return waitOf(launch);
    if (decision.kind === 'repeat') return grant(launch, request, deps);
    const claimed = await claimConfig(launch, decision.claim, deps);
    if (claimed.ok) return grant(claimed.row, request, deps);
    launch = claimed.row;
  }
  return waitOf(launch);
}

/**
 * A launch that the machine names is claimed without a look at its row first: by a write that asks for all that the
 * decision rests on. Undefined: it names none, or another machine's.
 */
async function claimByName(request: ClaimRequest, deps: MachineDeps): Promise<Written<Launch> | undefined> {
  const { key, instanceId } = request;
  if (key === undefined) return undefined;
  const now = deps.clock.now();
  const guard = claimGuardOf(request, now, deps.bootTimeout);
  const { claimHash, launchedSince } = guard;
  const assumed = { instanceId, state: 'running', intent: { claimHash }, launchedAt: launchedSince } as const;
  const decision = decideClaim(assumed, request, now, deps.bootTimeout);
  if (decision.kind !== 'claim') return undefined;
  const claimed = await claimNamed(key, decision.claim, guard, deps);
  return claimed.row?.instanceId === instanceId ? claimed : undefined;
}

/** A machine of a pool goes on asking as it did: its configuration is a moment away. */
function waitOf(launch: Launch | undefined): ClaimAnswer {
  if (launch?.blank !== undefined) return { kind: 'blank' };
  return { kind: 'wait', retryAfter: RETRY_AFTER, isKnown: launch !== undefined };
}

async function grant(launch: Launch, request: ClaimRequest, deps: MachineDeps): Promise<ClaimAnswer> {
  const jitConfig = await deps.configs.take(launch.installationId, launch.launchId);
  // Not visible yet, or forgotten with an answer that was lost.
  if (jitConfig === undefined) return waitOf(launch);
  return { kind: 'granted', launch, jitConfig, reportSecret: keyedSecretOf(reportSecretOf(request), launch) };
}
