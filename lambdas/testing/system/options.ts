import type { Pools } from '@multi-tenant-runner/core';
import { onTimer } from '@multi-tenant-runner/scale-up/fair-queue';
import type { ScaleUpDeps, Sharing } from '@multi-tenant-runner/scale-up/deps';
import type { TestHarness, createTestHarness } from '@multi-tenant-runner/testing';

type Options = Parameters<typeof createTestHarness>[0] & Pick<ScaleUpDeps['scaleUp'], 'tierSubnetIds'>;

export interface SystemOptions extends Options {
  /** GitHub shows on commits why jobs wait. */
  readonly checks?: boolean;
  /** Machines that wait for a job. */
  readonly pools?: Pools;
  /** Sizes whose launches may share calls with other tenants', and who never does. */
  readonly sharing?: Sharing['tiers'];
}

/** Who shares a call waits for its turn: there a moment, in which as much time passes on the clock. */
export function timerOf({ sharing }: SystemOptions, clock: TestHarness['clock']): typeof onTimer {
  if (sharing === undefined) return onTimer;
  return (milliseconds, callBack) =>
    onTimer(milliseconds / 100, () => {
      clock.advance(milliseconds);
      callBack();
    });
}
