import { HOUR, MINUTE, plus, type ScanState, type Tenant, type TenantLookup } from '@multi-tenant-runner/core';
import { ROUND, WHOLE_ROUND, finished, planScans } from './plan-scans';
import { secondsBehind } from './scan-turns';

const START = new Date('2026-01-15T12:00:00.000Z');
/** As many visits as there are workers: each takes the whole of a run. */
const VISITS_A_RUN = 8;
const RUN = 2 * MINUTE;

interface Played {
  /** Times of the visits, in minutes since the start. */
  readonly visits: Map<number, number[]>;
  readonly behind: number[];
}

interface Player {
  readonly id: number;
  /** Visits that a search of every repository takes; one of the recent ones takes one. */
  readonly large: number;
  /** Between two changes of its row. */
  readonly toggles?: number;
  readonly installedAt?: number;
}

/** Runs of recovery with nothing but scans, each of which visits as many tenants as it can. */
function play(players: readonly Player[], hours: number, before: readonly ScanState[] = []): Played {
  const states = new Map(before.map((state) => [state.installationId, state]));
  const visits = new Map<number, number[]>(players.map(({ id }) => [id, []]));
  const behind: number[] = [];
  for (let time = 0; time < hours * HOUR; time += RUN) {
    const now = plus(START, time);
    const lookups = players
      .filter(({ installedAt = 0 }) => installedAt <= time)
      .map((player): TenantLookup => lookup(player, time));
    const { inactive, due } = planScans(lookups, [...states.values()], now);
    for (const state of inactive) states.set(state.installationId, state);
    for (const [nth, { state }] of due.slice(0, VISITS_A_RUN).entries()) {
      visits.get(state.installationId)?.push(time / MINUTE);
      const { large } = players.find(({ id }) => id === state.installationId) ?? { large: 1 };
      const next = { ...state, index: state.index + 1, notBefore: plus(now, nth).toISOString() };
      const isDone = state.breadth === 'recent' || next.index >= large;
      states.set(state.installationId, isDone ? finished(state, false, now) : next);
    }
    behind.push(secondsBehind(due.slice(VISITS_A_RUN), now));
  }
  return { visits, behind };
}

function lookup({ id, toggles, installedAt = 0 }: Player, time: number): TenantLookup {
  const changes = toggles === undefined ? 0 : Math.floor((time - installedAt) / toggles);
  const tenant: Tenant = {
    installationId: id,
    orgName: `org-${id}`,
    orgType: 'Organization',
    // Seen suspended by some runs and not by others.
    status: changes % 3 === 1 ? 'suspended' : 'active',
    tier: 'small',
    maxRunners: 2,
    maxRunnersFromRow: true,
    slotsHeld: 0,
    slotChanges: 0,
    caps: {},
    circuits: new Map(),
    createdAt: plus(START, installedAt).toISOString(),
    updatedAt: plus(START, installedAt + changes * (toggles ?? 0)).toISOString(),
  };
  return { kind: 'tenant', installationId: id, tenant, problems: [], slotsBroken: false };
}

const searched = (id: number, overrides: Partial<ScanState> = {}): ScanState => ({
  installationId: id,
  phase: 'done',
  breadth: 'recent',
  seenUpdatedAt: START.toISOString(),
  wholeAt: plus(START, WHOLE_ROUND).toISOString(),
  page: 1,
  index: 0,
  notBefore: START.toISOString(),
  ...overrides,
});

const hostile = (count: number, toggles?: number): Player[] =>
  Array.from({ length: count }, (_, n) => ({ id: n + 1, large: 1_000, ...(toggles && { toggles }) }));
const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, n) => time - (times[n] ?? 0));

describe('twenty tenants that toggle their suspension, each with repositories for days', () => {
  const victims = Array.from({ length: 5 }, (_, n) => ({ id: 101 + n, large: 1 }));
  const known = victims.map(({ id }) => searched(id));

  it('keep no search of another waiting for longer than one run', () => {
    const { visits } = play([...hostile(20, 4 * MINUTE), ...victims], 24, known);
    for (const { id } of victims)
      expect(Math.max(...gaps(visits.get(id) ?? []))).toBeLessThanOrEqual((ROUND + RUN) / MINUTE);
  });

  it('keep a tenant that is installed meanwhile waiting for one visit of each of them', () => {
    const newcomers = Array.from({ length: 10 }, (_, n) => ({
      id: 201 + n,
      large: 1,
      installedAt: HOUR + n * 10 * MINUTE,
    }));
    const { visits } = play([...hostile(20, 4 * MINUTE), ...newcomers], 4);
    for (const { id, installedAt } of newcomers)
      expect((visits.get(id)?.[0] ?? Number.POSITIVE_INFINITY) - installedAt / MINUTE).toBeLessThanOrEqual(20);
  });

  it('keep the search of all repositories of another waiting for one visit of each of them', () => {
    const quiet = { id: 101, large: 5 };
    const { visits } = play([...hostile(20, 4 * MINUTE), quiet], 3, [
      searched(101, { wholeAt: plus(START, -MINUTE).toISOString() }),
    ]);
    expect(gaps((visits.get(101) ?? []).slice(0, 5)).every((gap) => gap <= 20)).toBe(true);
    expect(visits.get(101)?.length).toBeGreaterThanOrEqual(5);
  });

  it('gain no visit over those that do not', () => {
    const [first, ...others] = hostile(20);
    const { visits } = play([{ id: 1, large: 1_000, toggles: 4 * MINUTE }, ...others], 24);
    const fewest = Math.min(...others.map(({ id }) => visits.get(id)?.length ?? 0));
    expect(visits.get(first?.id ?? 0)?.length).toBeLessThanOrEqual(fewest);
  });

  it('get to the end of their searches all the same', () => {
    const { visits } = play([{ id: 1, large: 40, toggles: 4 * MINUTE }], 24);
    const rests = gaps(visits.get(1) ?? []).filter((gap) => gap >= ROUND / MINUTE);
    expect(rests.length).toBeGreaterThan(5);
  });
});

test('the lag is the time since the search that has waited longest could have begun', () => {
  const many = Array.from({ length: 24 }, (_, n) => ({ id: n + 1, large: 1 }));
  const { behind } = play(
    many,
    1 / 6,
    many.map(({ id }) => searched(id)),
  );
  expect(behind).toEqual([0, 120, 0, 0, 0]);
});

test('a place is kept while a tenant is suspended', () => {
  const state = searched(1, { phase: 'under-way', breadth: 'whole', page: 7, index: 3, lastRunId: 5 });
  const asleep = planScans([lookup({ id: 1, large: 1, toggles: HOUR }, HOUR)], [state], plus(START, HOUR)).inactive;
  expect(asleep).toEqual([{ ...state, phase: 'asleep' }]);
  const within = { ...state, phase: 'asleep' as const, urgentFrom: plus(START, 6 * HOUR).toISOString() };
  const { due } = planScans([lookup({ id: 1, large: 1 }, HOUR)], [within], plus(START, HOUR));
  expect(due).toEqual([{ state: { ...within, phase: 'under-way' }, since: state.notBefore }]);
});
