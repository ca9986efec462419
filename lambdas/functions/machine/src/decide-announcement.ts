import { ageOf, type Announcement, type Blank } from '@multi-tenant-runner/core';
import { hashSecret, isSecret } from '@multi-tenant-runner/runtime';
import { isOwnInterface, type ClaimRefusal, type ClaimRequest } from './decide-claim';

/** `elsewhere`: the place has another machine by now, or none; a launch may name this one. */
export type AnnouncementDecision =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'blank' }
  | { readonly kind: 'announce'; readonly announcement: Announcement }
  | { readonly kind: 'refuse'; readonly reason: ClaimRefusal };

/**
 * Whether a request is that of the machine in a place of a pool. The first one binds the number that its boot chose:
 * from then on nobody else speaks for this machine, whatever a job finds in its user data later.
 *
 * @param blank what has the place that the secret names
 * @param bootTimeout milliseconds from the machine's launch
 */
export function decideAnnouncement(
  blank: Blank | undefined,
  request: ClaimRequest,
  now: Date,
  bootTimeout: number,
): AnnouncementDecision {
  if (blank?.instanceId !== request.instanceId) return { kind: 'elsewhere' };
  if (!isSecret(request.secret, blank.intent.claimHash)) return { kind: 'refuse', reason: 'wrong-secret' };
  if (blank.intent.group !== undefined && !isOwnInterface(blank.interfaceId, request))
    return { kind: 'refuse', reason: 'wrong-machine' };
  if (blank.announcement !== undefined)
    return isSecret(request.nonce, blank.announcement.nonceHash)
      ? { kind: 'blank' }
      : { kind: 'refuse', reason: 'claimed-before' };
  if (ageOf(blank.launchedAt, now) > bootTimeout) return { kind: 'refuse', reason: 'too-late' };
  return { kind: 'announce', announcement: { at: now.toISOString(), nonceHash: hashSecret(request.nonce) } };
}
