import type { FleetShare } from '../model/fleet-share';
import type { FleetMove } from '../decisions/fleet-turn';

/** The slots of the whole fleet. They are taken in the write that admits a launch. */
export interface FleetSlots {
  /** Every share that was ever written to, strongly consistent. */
  read(): Promise<readonly FleetShare[]>;
  /** Gives a slot back; one that the share does not have changes nothing. */
  free(share: number, slot: string): Promise<void>;
  /** Records a slot without asking the limit, of a launch that may have a machine already. */
  restore(share: number, slot: string): Promise<void>;
  /**
   * Takes a slot from one share to another, and its launch's row with it, in one write. Answers whether it was written:
   * not for a launch that is at its end or in another share, and not where the other share is full.
   */
  move(move: FleetMove, launch: { readonly installationId: number; readonly launchId: string }): Promise<boolean>;
  /** Puts a tenant among those that wait for a slot. */
  join(share: number, wait: string): Promise<void>;
  /** Takes a tenant's entries away. */
  leave(share: number, waits: readonly string[]): Promise<void>;
}
