import { MINUTE, type Clock } from '@multi-tenant-runner/core';

const FAILURES = 3;
const PAUSE = MINUTE;
const MOST = 1_000;

/** Which endpoints this container leaves alone for a while, as they failed three times in a row. */
export interface Pauses {
  /** Why its last call failed; undefined: it may be called. */
  reasonOf(installationId: number): string | undefined;
  record(installationId: number, reason: string): void;
  clear(installationId: number): void;
}

interface Streak {
  readonly count: number;
  readonly until: number;
  readonly reason: string;
}

export function createPauses(clock: Clock): Pauses {
  const streaks = new Map<number, Streak>();
  const now = (): number => clock.now().getTime();
  return {
    reasonOf: (installationId) => {
      const streak = streaks.get(installationId);
      return streak !== undefined && streak.count >= FAILURES && now() < streak.until ? streak.reason : undefined;
    },
    record: (installationId, reason) => {
      const { count = 0 } = streaks.get(installationId) ?? {};
      streaks.delete(installationId);
      if (streaks.size >= MOST) streaks.delete([...streaks.keys()][0] ?? 0);
      streaks.set(installationId, { count: count + 1, until: now() + PAUSE, reason });
    },
    clear: (installationId) => void streaks.delete(installationId),
  };
}
