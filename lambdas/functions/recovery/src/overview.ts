import { MINUTE, ageOf, type ScanState, type TenantLookup } from '@multi-tenant-runner/core';
import type { RecoveryDeps } from './deps';

/** All rows are most of what an idle installation costs. */
export const READ_EVERY = 10 * MINUTE;
/** Suspended tenants that are looked at in each run: what they missed is searched for as soon as they are active. */
const WATCHED_A_RUN = 25;

/** What the searches know of all tenants. */
export interface Overview {
  /** Of the last ten minutes; what this container wrote meanwhile is in it. */
  read(): Promise<{ readonly lookups: readonly TenantLookup[]; readonly states: readonly ScanState[] }>;
  write(state: ScanState): Promise<void>;
}

interface Known {
  readonly at: string;
  readonly lookups: Map<number, TenantLookup>;
  readonly states: Map<number, ScanState>;
}

type OverviewDeps = Pick<RecoveryDeps, 'tenants' | 'recovery' | 'clock'>;

/**
 * A container reads all tenants and searches every ten minutes and remembers them. A row that changed is noticed then,
 * an end of a suspension sooner; GitHub answers a search of a tenant that has gone with a refusal.
 */
export function createOverview(deps: OverviewDeps): Overview {
  let known: Known | undefined;
  return {
    read: async () => {
      const isFresh = known !== undefined && ageOf(known.at, deps.clock.now()) < READ_EVERY;
      if (known !== undefined && isFresh) await lookAtSuspended(known, deps);
      const { lookups, states } = (known = known !== undefined && isFresh ? known : await readAll(deps));
      return { lookups: [...lookups.values()], states: [...states.values()] };
    },
    write: async (state) => {
      await deps.recovery.writeScan(state, deps.clock.now());
      known?.states.set(state.installationId, state);
    },
  };
}

async function readAll(deps: OverviewDeps): Promise<Known> {
  const at = deps.clock.now().toISOString();
  const lookups = await listTenants(deps);
  const states = await deps.recovery.listScans();
  return {
    at,
    lookups: new Map(lookups.map((lookup) => [lookup.installationId, lookup])),
    states: new Map(states.map((state) => [state.installationId, state])),
  };
}

/** Some of them, in turn. */
async function lookAtSuspended({ lookups, states }: Known, { tenants }: OverviewDeps): Promise<void> {
  const asleep = [...states.values()].filter(({ phase }) => phase === 'asleep').slice(0, WATCHED_A_RUN);
  for (const state of asleep) {
    const { installationId } = state;
    states.delete(installationId);
    states.set(installationId, state);
    lookups.set(installationId, await tenants.get(installationId));
  }
}

export async function listTenants(deps: Pick<RecoveryDeps, 'tenants'>): Promise<TenantLookup[]> {
  const lookups: TenantLookup[] = [];
  let cursor: string | undefined;
  do {
    const page = await deps.tenants.list(cursor);
    lookups.push(...page.lookups);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return lookups;
}
