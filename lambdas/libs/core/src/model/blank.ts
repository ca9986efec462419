import type { Intent } from './launch';

/** One of the numbered places of a pool: of a size, or of one tenant in a size. */
export interface Place {
  readonly tier: string;
  /** The tenant whose own place it is; absent: any tenant's. */
  readonly dedicated?: number;
  /** From 0. */
  readonly place: number;
}

/** Which pool a place is of. */
export type PoolKey = Pick<Place, 'tier' | 'dedicated'>;

/** That a blank machine's boot is done, with the number that only its root knows. ISO 8601. */
export interface Announcement {
  readonly at: string;
  /** SHA-256. */
  readonly nonceHash: string;
}

/**
 * A machine that is there before a job is, and belongs to no tenant: the row of its place.
 *
 * The row is there before EC2 is asked, and gone in the write that binds the machine to a launch; so a place has one
 * machine, and a machine one launch. It is never given back.
 */
export interface Blank extends Place {
  /** Of this machine alone; its tag, too. */
  readonly blankId: string;
  readonly intent: Intent;
  readonly createdAt: string;
  readonly instanceId?: string;
  /** EC2's time. */
  readonly launchedAt?: string;
  readonly announcement?: Announcement;
}

export type ReadyBlank = Blank & Required<Pick<Blank, 'instanceId' | 'launchedAt' | 'announcement'>>;

/** What a launch keeps of the machine that it was bound to. */
export interface TakenBlank {
  readonly blankId: string;
  readonly nonceHash: string;
  /** When EC2 started it: the minutes from then until the launch's own `launchedAt` are no tenant's. */
  readonly startedAt: string;
}

/** Whose a machine is that was taken from a pool. */
export interface BoundBlank {
  readonly instanceId: string;
  readonly installationId: number;
  readonly launchId: string;
  readonly boundAt: string;
}

export function isReadyBlank(blank: Blank): blank is ReadyBlank {
  return blank.instanceId !== undefined && blank.launchedAt !== undefined && blank.announcement !== undefined;
}

export function poolNameOf({ tier, dedicated }: PoolKey): string {
  return dedicated === undefined ? tier : `${tier}/${dedicated}`;
}

/**
 * The secret in a blank machine's user data. It begins with its place, so that its row is found without an index; what
 * it says of the place is a hint, and the row's hash of the whole decides.
 *
 * @param derived 43 characters of base64url
 */
export function blankSecretOf({ tier, dedicated = 0, place }: Place, derived: string): string {
  return `pool-${tier}-${dedicated}-${place}-${derived}`;
}

/** The place that a secret names; undefined: it is no blank machine's. */
export function placeOfSecret(secret: string): Place | undefined {
  const [, tier, dedicated, place] =
    /^pool-([a-z0-9_-]{1,24})-(\d{1,10})-(\d{1,3})-[A-Za-z0-9_-]{43}$/.exec(secret) ?? [];
  if (tier === undefined) return undefined;
  return { tier, place: Number(place), ...(dedicated !== '0' && { dedicated: Number(dedicated) }) };
}
