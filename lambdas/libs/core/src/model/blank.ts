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
  /** Of the machine's network interface, which only the machine itself can name. */
  readonly interfaceId?: string;
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
 * The secret in the user data of the machines of one call. It begins with their places, so that each one's row is found
 * without an index; what it says of places is a hint, and the row's hash of the whole decides.
 *
 * @param places in the order of the machines' numbers
 * @param derived 43 characters of base64url
 */
export function blankSecretOf({ tier, dedicated = 0 }: PoolKey, places: readonly number[], derived: string): string {
  return `pool-${tier}-${dedicated}-${places.join('_')}-${derived}`;
}

/**
 * The place that a secret names for a machine; undefined: none.
 *
 * @param index of the machine among those of its call
 */
export function placeOfSecret(secret: string, index = 0): Place | undefined {
  const [, tier, dedicated, places] =
    /^pool-([a-z0-9_-]{1,24})-(\d{1,10})-(\d{1,3}(?:_\d{1,3}){0,49})-[A-Za-z0-9_-]{43}$/.exec(secret) ?? [];
  const place = places?.split('_')[index];
  if (tier === undefined || place === undefined) return undefined;
  return { tier, place: Number(place), ...(dedicated !== '0' && { dedicated: Number(dedicated) }) };
}
