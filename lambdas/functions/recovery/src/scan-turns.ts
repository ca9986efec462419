import { SECOND, ageOf, type ScanState } from '@multi-tenant-runner/core';

/** A search that is due, and since when it has been waiting for its turn. ISO 8601. */
export interface ScanTurn {
  readonly state: ScanState;
  readonly since: string;
}

const KINDS: readonly ScanState['breadth'][] = ['everywhere', 'whole', 'recent'];

/**
 * The order of the turns: each kind of search has a queue and every third turn, as long as it has searches due, and in
 * a queue whoever has waited longest is next. A visit ends with a new place at the end of its queue: between two visits
 * of a tenant each other tenant of the queue gets one, however often rows change.
 */
export function inTurns(due: readonly ScanTurn[]): ScanTurn[] {
  return KINDS.flatMap((kind) =>
    due
      .filter(({ state }) => state.breadth === kind)
      .sort(byWaiting)
      .map((turn, place) => ({ turn, place })),
  )
    .sort((a, b) => a.place - b.place)
    .map(({ turn }) => turn);
}

/** How long the search that has waited longest has been waiting for its turn; 0 without any. */
export function secondsBehind(waiting: readonly ScanTurn[], now: Date): number {
  return waiting.reduce((most, { since }) => Math.max(most, ageOf(since, now) / SECOND), 0);
}

function byWaiting(a: ScanTurn, b: ScanTurn): number {
  return a.since < b.since ? -1 : a.since > b.since ? 1 : a.state.installationId - b.state.installationId;
}
