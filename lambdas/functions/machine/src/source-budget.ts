import { SECOND, keepNewest, type Clock } from '@multi-tenant-runner/core';

/**
 * Failed requests that one address may make for one machine's id. A booting machine asks every three seconds. Machines
 * behind one NAT gateway share an address but never an id, so none can use up what is another's.
 */
const A_SECOND = 1;
const BURST = 20;
/** Pairs that are remembered at once. */
const SOURCES = 5_000;

/** Who asks, and as which machine: neither is believed, both cost the caller something to change. */
export interface Source {
  readonly address: string | undefined;
  readonly instanceId: string;
}

/** A bucket of failures for each source, in this container's memory. */
export interface SourceBudget {
  /** Seconds after which the source may ask again; undefined: now. */
  waitFor(source: Source): number | undefined;
  recordFailure(source: Source): void;
}

export function createSourceBudget(clock: Clock): SourceBudget {
  const spent = new Map<string, { readonly failures: number; readonly at: number }>();
  const failuresOf = (key: string): number => {
    const known = spent.get(key);
    if (known === undefined) return 0;
    return Math.max(0, known.failures - ((clock.now().getTime() - known.at) / SECOND) * A_SECOND);
  };
  return {
    waitFor: (source) => {
      const excess = failuresOf(keyOf(source)) - BURST + 1;
      return excess > 0 ? Math.ceil(excess / A_SECOND) : undefined;
    },
    recordFailure: (source) => {
      const key = keyOf(source);
      const failures = failuresOf(key) + 1;
      // The source that failed longest ago is forgotten first.
      keepNewest(spent, SOURCES, key, { failures, at: clock.now().getTime() });
    },
  };
}

function keyOf({ address = '', instanceId }: Source): string {
  return `${address} ${instanceId}`;
}
