import {
  ageOf,
  plus,
  type Claim,
  type ClaimGuard,
  type Intent,
  type Launch,
  type TakenBlank,
} from '@multi-tenant-runner/core';
import { deriveSecret, hashSecret, isSecret } from '@multi-tenant-runner/runtime';

/** What a machine sends to get its configuration. */
export interface ClaimRequest {
  readonly instanceId: string;
  /** Of the machine's user data, where its job can read it too. */
  readonly secret: string;
  /** Chosen at random by this boot; only root knows it. */
  readonly nonce: string;
  /** The launch that it says is its own. */
  readonly key?: Pick<Launch, 'installationId' | 'launchId'>;
  /** Of its network interface, as only its own metadata service names it. Machines of older templates send none. */
  readonly interfaceId?: string | undefined;
  /** Its number among the machines of one call: where to look for it in a pool, and nothing more. */
  readonly launchIndex?: number | undefined;
}

export type ClaimRefusal = 'wrong-secret' | 'wrong-machine' | 'claimed-before' | 'too-late' | 'over';

/**
 * `wait`: no launch names the machine yet, or its configuration is not stored yet. `claim`: by this write on the row.
 * `repeat`: the same boot asks again, as it lost the answer.
 */
export type ClaimDecision =
  | { readonly kind: 'wait' }
  | { readonly kind: 'refuse'; readonly reason: ClaimRefusal }
  | { readonly kind: 'claim'; readonly claim: Claim }
  | { readonly kind: 'repeat' };

/** All of a launch's row that decides about a claim. */
export type Claimed = Pick<Launch, 'instanceId' | 'state' | 'launchedAt' | 'interfaceId'> & {
  readonly intent?: Pick<Intent, 'claimHash' | 'group'>;
  readonly blank?: Pick<TakenBlank, 'nonceHash'>;
  readonly claim?: Pick<Claim, 'nonceHash'>;
};

/**
 * Whether a machine gets the configuration of the launch that names it. What the job finds in the user data later was
 * used up before: a row is claimed once, by one boot.
 *
 * @param launch the one that names the machine's id, undefined if none does
 * @param bootTimeout milliseconds from the machine's launch
 */
export function decideClaim(
  launch: Claimed | undefined,
  request: ClaimRequest,
  now: Date,
  bootTimeout: number,
): ClaimDecision {
  if (launch?.instanceId !== request.instanceId || launch.intent === undefined) return { kind: 'wait' };
  if (!isSecret(request.secret, launch.intent.claimHash)) return { kind: 'refuse', reason: 'wrong-secret' };
  if (launch.intent.group !== undefined && !isOwnInterface(launch.interfaceId, request))
    return { kind: 'refuse', reason: 'wrong-machine' };
  if (launch.state === 'ending' || launch.state === 'ended') return { kind: 'refuse', reason: 'over' };
  // Of a machine that waited in a pool, only the boot that announced it may claim.
  if (launch.blank !== undefined && !isSecret(request.nonce, launch.blank.nonceHash))
    return { kind: 'refuse', reason: 'claimed-before' };
  if (ageOf(launch.launchedAt, now) > bootTimeout) return { kind: 'refuse', reason: 'too-late' };
  if (launch.claim !== undefined)
    return isSecret(request.nonce, launch.claim.nonceHash)
      ? { kind: 'repeat' }
      : { kind: 'refuse', reason: 'claimed-before' };
  if (launch.state !== 'running') return { kind: 'wait' };
  return {
    kind: 'claim',
    claim: {
      nonceHash: hashSecret(request.nonce),
      reportHash: hashSecret(reportSecretOf(request)),
    },
  };
}

/** What a row that nobody has read must be for a claim of the machine that it names, as `decideClaim` says. */
export function claimGuardOf(
  { instanceId, secret }: ClaimRequest,
  now: Date,
  bootTimeout: number,
): ClaimGuard & { readonly instanceId: string } {
  return { instanceId, claimHash: hashSecret(secret), launchedSince: plus(now, -bootTimeout).toISOString() };
}

/** The machines of one call have the same secret in their user data, so the secret alone does not say which asks. */
export function isOwnInterface(interfaceId: string | undefined, request: ClaimRequest): boolean {
  return interfaceId !== undefined && isSecret(request.interfaceId ?? '', hashSecret(interfaceId));
}

/**
 * With it the machine reports. It follows from the nonce, so that a repeated answer is the same one and nothing secret
 * is stored for it.
 */
export function reportSecretOf({ nonce, instanceId }: ClaimRequest): string {
  return deriveSecret(nonce, `ghr-report:${instanceId}`);
}
