import { MINUTE, type Clock } from '@multi-tenant-runner/core';

const FAILURES = 3;
const PAUSE = MINUTE;
const MOST = 1_000;

/** Which endpoints this container leaves alone for a while, as they failed three times in a row. */
export interface Pauses {
  isPaused(installationId: number): boolean;
  record(installationId: number, isWell: boolean): void;
}

export function createPauses(clock: Clock): Pauses {
  const failures = new Map<number, { readonly count: number; readonly until: number }>();
  const now = (): number => clock.now().getTime();
  return {
    isPaused: (installationId) => {
      const { count = 0, until = 0 } = failures.get(installationId) ?? {};
      return count >= FAILURES && now() < until;
    },
    record: (installationId, isWell) => {
      const { count = 0 } = failures.get(installationId) ?? {};
      failures.delete(installationId);
      if (isWell) return;
      if (failures.size >= MOST) failures.delete([...failures.keys()][0] ?? 0);
      failures.set(installationId, { count: count + 1, until: now() + PAUSE });
    },
  };
}
