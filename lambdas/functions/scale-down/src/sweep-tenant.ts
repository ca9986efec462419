import { carryOut } from './carry-out';
import { decideSweep, type SweepAction } from './decide-sweep';
import { TRIES, addFailure, isSetAside, keyOf, subjectOf, withoutSettled, type Failures } from './set-aside';
import type { ScaleDownDeps } from './deps';
import type { Snapshot } from './snapshot';

export interface Visit {
  /** Differences that were settled. */
  readonly repaired: number;
  /** Actions that failed in this visit. */
  readonly failed: number;
  /** Actions that wait for a later try, as they failed again and again. */
  readonly setAside: number;
  /** For the next visit. */
  readonly failures: Failures;
}

/** Settles one tenant's differences. An action that fails stops only itself; one that always fails is set aside. */
export async function sweepTenant(snapshot: Snapshot, failures: Failures, deps: ScaleDownDeps): Promise<Visit> {
  const now = deps.clock.now();
  const actions = decideSweep(snapshot, now, { ...deps.scaleDown, tiers: deps.settings.tiers });
  const settled = new Set<string>();
  let next = failures;
  let [repaired, failed, setAside] = [0, 0, 0];
  for (const action of actions) {
    const key = keyOf(action);
    if (isSetAside(failures[key], now)) {
      setAside += 1;
      continue;
    }
    if (isRepair(action))
      deps.log.info('The sweep settles a difference', { action: action.kind, ...subjectOf(action) });
    try {
      await carryOut(action, snapshot, deps);
      settled.add(key);
      repaired += isRepair(action) ? 1 : 0;
    } catch (cause) {
      next = addFailure(next, key, deps.clock.now());
      const times = next[key]?.times ?? 1;
      failed += 1;
      setAside += times >= TRIES ? 1 : 0;
      reportFailure(action, { times, cause, installationId: snapshot.lookup.installationId }, deps);
    }
  }
  return { repaired, failed, setAside, failures: withoutSettled(next, settled, now) };
}

/** A wake-up, or a reason that has changed, is nothing that rows disagreed on. */
function isRepair({ kind }: SweepAction): boolean {
  return kind !== 'wake' && kind !== 'restate';
}

function reportFailure(
  action: SweepAction,
  {
    times,
    cause,
    installationId,
  }: { readonly times: number; readonly cause: unknown; readonly installationId: number },
  { log, metrics }: Pick<ScaleDownDeps, 'log' | 'metrics'>,
): void {
  const fields = { action: action.kind, ...subjectOf(action), failures: times, cause };
  metrics.count('SweepFailed', { properties: { tenant_id: installationId, action: action.kind } });
  if (times < TRIES) log.error('An action of the sweep failed; the next run tries again', fields);
  else log.error('An action of the sweep fails again and again and is set aside; it is tried ever more slowly', fields);
}
