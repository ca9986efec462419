import { SECOND } from '@multi-tenant-runner/core';
import { carryOut } from './carry-out';
import type { SweepAction } from './decide-sweep';
import type { ScaleDownDeps } from './deps';
import { TRIES, addFailure, isSetAside, keyOf, subjectOf, withoutSettled, type Failures } from './set-aside';
import type { Snapshot } from './snapshot';

/** What one visit does at most; an action that has begun is finished. */
export const ACTIONS_A_VISIT = 500;
export const VISIT_TIME = 5 * SECOND;
const SIDE_BY_SIDE = 10;

export interface CarriedOut {
  /** Differences that were settled. */
  readonly repaired: number;
  /** Actions that failed in this visit. */
  readonly failed: number;
  /** Actions that wait for a later try, as they failed again and again. */
  readonly setAside: number;
  /** For the next visit. */
  readonly failures: Failures;
  /** The first action that was left to the next visit. */
  readonly cut?: SweepAction;
}

/** An action that fails stops only itself; one that always fails is set aside. */
export async function carryOutAll(
  actions: readonly SweepAction[],
  { snapshot, failures }: { readonly snapshot: Snapshot; readonly failures: Failures },
  deps: ScaleDownDeps,
): Promise<CarriedOut> {
  const now = deps.clock.now();
  const until = now.getTime() + VISIT_TIME;
  const settled = new Set<string>();
  let next = failures;
  let [repaired, failed, setAside, spent] = [0, 0, 0, 0];
  let cut: SweepAction | undefined;

  const attempt = async (action: SweepAction): Promise<void> => {
    const key = keyOf(action);
    spent += 1;
    try {
      const isSettled = (await carryOut(action, snapshot, deps)) && isRepair(action);
      settled.add(key);
      repaired += isSettled ? 1 : 0;
      if (isSettled) deps.log.info('The sweep settled a difference', { action: action.kind, ...subjectOf(action) });
    } catch (cause) {
      next = addFailure(next, key, deps.clock.now());
      const times = next[key]?.times ?? 1;
      failed += 1;
      setAside += times >= TRIES ? 1 : 0;
      reportFailure(action, { times, cause, installationId: snapshot.lookup.installationId }, deps);
    }
  };

  const due = actions.filter((action) => !isSetAside(failures[keyOf(action)], now));
  setAside += actions.length - due.length;
  for (const group of inGroups(due)) {
    const isOver = spent >= ACTIONS_A_VISIT || (spent > 0 && deps.clock.now().getTime() >= until);
    if (isOver) cut ??= group.find(({ kind }) => kind !== 'wake');
    // The wake-up is bounded by the tenant's free slots, and must not wait for all the others.
    if (isOver && group[0]?.kind !== 'wake') continue;
    await Promise.all(group.map(attempt));
  }
  return {
    repaired,
    failed,
    setAside,
    failures: withoutSettled(next, settled, now),
    ...(cut !== undefined && { cut }),
  };
}

/** In their order; writes to jobs that concern nothing else are made a few at a time. */
function inGroups(actions: readonly SweepAction[]): readonly SweepAction[][] {
  const groups: SweepAction[][] = [];
  for (const action of actions) {
    const last = groups.at(-1);
    const isAlone = action.kind !== 'restate' && action.kind !== 'expire';
    if (isAlone || last === undefined || last.length >= SIDE_BY_SIDE || last[0]?.kind !== action.kind)
      groups.push([action]);
    else last.push(action);
  }
  return groups;
}

/** Nothing that rows disagreed on: a wake-up, a reason that has changed, and what the next run finds the tenant by. */
const NO_REPAIRS: ReadonlySet<SweepAction['kind']> = new Set(['wake', 'restate', 'mark-open', 'clear-mark']);

const isRepair = ({ kind }: SweepAction): boolean => !NO_REPAIRS.has(kind);

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
