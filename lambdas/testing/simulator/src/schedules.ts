import { MINUTE, RECOVERY_SOURCE, SWEEP_SOURCE } from '@multi-tenant-runner/core';
import type { Simulation } from './build-simulation';

/** Invokes the functions that EventBridge's schedules invoke. */
export function startSchedules({ functions, scheduler, region }: Simulation): void {
  const every = (period: number, action: () => void): void => {
    scheduler.after(period, () => every(period, action));
    if (!region.isDown) action();
  };
  every(MINUTE, () => functions.scaleDown.invoke({ source: SWEEP_SOURCE }, () => undefined));
  every(2 * MINUTE, () => functions.recovery.invoke({ source: RECOVERY_SOURCE }, () => undefined));
}
