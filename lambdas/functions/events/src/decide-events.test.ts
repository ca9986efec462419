import * as v from 'valibot';
import fc from 'fast-check';
import type { Job } from '@multi-tenant-runner/core';
import { changeOf, jobRow, launchRow, lifeRow, tenantRow, type Row } from '../test/changes';
import { EVENT_KINDS, schemaOf, type FleetEvent } from './catalogue';
import { decideEvents } from './decide-events';
import type { Followed } from './stream-change';

const KINDS = new Set(EVENT_KINDS);
const eventsOf = (table: Followed, before: Row | undefined, after: Row | undefined): readonly FleetEvent[] =>
  decideEvents(changeOf(table, { ...(before && { before }), ...(after && { after }) }), KINDS);
const typesOf = (...of: Parameters<typeof eventsOf>): readonly string[] => eventsOf(...of).map(({ type }) => type);

/** Nothing is missing that the schema asks for, and nothing is there that it does not name. */
function expectItsSchema(event: FleetEvent): void {
  expect(v.parse(schemaOf(event.type), event)).toEqual(event);
}

describe('a tenant', () => {
  const active = tenantRow();
  const suspended = { ...active, status: 'suspended', suspended_by: 'operator' };
  const met = (level: string, period = '2026-01') => ({
    ...active,
    met_limit_minutes: { level, period, used: 80, cap: 100, until: '2026-02-01T00:00:00.000Z' },
  });

  test.each<[string, Row | undefined, Row | undefined, readonly string[]]>([
    ['a new row', undefined, active, ['tenant.created']],
    ['a row that gets its name', { installation_id: 1001, tier: 'small' }, active, ['tenant.created']],
    ['a suspension', active, suspended, ['tenant.suspended']],
    ['a resumption', suspended, active, ['tenant.activated']],
    ['an offboarding', active, { ...active, status: 'deleted', cleanup: 'pending' }, ['tenant.offboarded']],
    [
      'the end of a clean-up',
      { ...active, status: 'deleted', cleanup: 'pending' },
      { ...active, status: 'deleted', cleanup: 'done' },
      ['tenant.cleaned-up'],
    ],
    ['another limit', active, { ...active, max_runners: 9 }, ['tenant.changed']],
    ['a cap by hand', active, { ...active, limit_minutes: 100 }, ['tenant.changed']],
    ['an unusable status by hand', active, { ...active, status: 'paused' }, ['tenant.changed']],
    ['both at once', active, { ...suspended, tier: 'large' }, ['tenant.suspended', 'tenant.changed']],
    ['the removal of the row', active, undefined, ['tenant.row-removed']],
    ['a tombstone', undefined, { installation_id: 1001, status: 'deleted', cleanup: 'pending' }, []],
    ['a slot', active, { ...active, slots_held: 1 }, []],
    ['a reading of what it used', active, { ...active, usage: { at: '2026-01-15T12:00:00.000Z' } }, []],
    ['an operator’s note', active, { ...active, notes: 'pays late' }, []],
    ['four fifths of a cap', active, met('warned'), ['usage.warning']],
    ['the whole of a cap', met('warned'), met('reached'), ['usage.reached']],
    ['the next month', met('reached'), met('warned', '2026-02'), ['usage.warning']],
    ['the same mark', met('warned'), { ...met('warned'), max_runners: 3 }, ['tenant.changed']],
    ['the row of no tenant', { ...active, installation_id: 0 }, { ...suspended, installation_id: 0 }, []],
  ])('%s', (_name, before, after, types) => {
    const events = eventsOf('tenants', before, after);
    expect(events.map(({ type }) => type)).toEqual(types);
    events.forEach(expectItsSchema);
  });

  test('is told of with what changed as it was, and nothing internal', () => {
    const [event] = eventsOf('tenants', { ...active, notes: 'pays late' }, { ...active, max_runners: 9 });
    expect(event).toEqual({
      id: 'e1-tenant.changed',
      type: 'tenant.changed',
      version: 1,
      time: '2026-01-15T12:00:00.000Z',
      sequence: '0000000000000000000000000000000000000001',
      installation_id: 1001,
      data: {
        org_name: 'acme',
        org_type: 'Organization',
        account_id: 501,
        status: 'active',
        tier: 'small',
        max_runners: 9,
        before: { max_runners: 2 },
      },
    });
  });

  test('has used so much of its cap', () => {
    expect(eventsOf('tenants', active, met('reached'))[0]?.data).toEqual({
      cap: 'minutes-per-month',
      period: '2026-01',
      used: 80,
      limit: 100,
      until: '2026-02-01T00:00:00.000Z',
    });
  });
});

describe('a job', () => {
  const job = (state: Job['state'], reason?: Job['reason']) => jobRow({ state, ...(reason && { reason }) });

  test.each<[string, Row | undefined, Row | undefined, readonly string[]]>([
    ['is new', undefined, job('queued'), ['job.queued']],
    ['waits', job('queued'), job('parked', 'limit'), ['job.parked']],
    ['waits for something else', job('parked', 'limit'), job('parked', 'capacity'), ['job.parked']],
    ['waits on', job('parked', 'limit'), { ...job('parked', 'limit'), updated_at: '2026-01-15T13:00:00.000Z' }, []],
    ['starts', job('parked', 'limit'), job('starting'), ['job.starting']],
    ['runs', job('starting'), job('running'), ['job.running']],
    ['ends', job('running'), job('completed'), ['job.completed']],
    ['is refused', job('queued'), job('refused', 'tier-access'), ['job.refused']],
    ['is forgotten', job('completed'), undefined, []],
    ['is nonsense', job('queued'), { ...job('queued'), state: 'paused' }, []],
  ])('%s', (_name, before, after, types) => {
    const events = eventsOf('jobs', before, after);
    expect(events.map(({ type }) => type)).toEqual(types);
    events.forEach(expectItsSchema);
  });

  test('is told of with where it was before', () => {
    const [event] = eventsOf('jobs', job('queued'), job('parked', 'limit'));
    expect(event?.data).toMatchObject({ state: 'parked', reason: 'limit', previous_state: 'queued', owner: 'acme' });
  });
});

describe('a runner', () => {
  test.each<[string, Row | undefined, Row | undefined, readonly string[]]>([
    ['has a slot', undefined, launchRow({ state: 'held' }), ['runner.held']],
    ['is leased', launchRow({ state: 'held' }), launchRow({ state: 'held', leaseOwner: 'a', version: 2 }), []],
    ['is asked for', launchRow({ state: 'held' }), launchRow({ state: 'launching' }), ['runner.launching']],
    ['runs', launchRow({ state: 'launching' }), launchRow({ state: 'running' }), ['runner.running']],
    ['takes a job', launchRow({ state: 'running' }), launchRow({ state: 'running', takenBy: 7 }), ['runner.busy']],
    [
      'is reclaimed',
      launchRow({ state: 'running', takenBy: 7 }),
      launchRow({ state: 'running', takenBy: 7, interruptedAt: '2026-01-15T12:00:00.000Z' }),
      ['runner.interrupted'],
    ],
    ['ends', launchRow({ state: 'ending' }), launchRow({ state: 'ended', reason: 'job-done' }), ['runner.ended']],
    ['is forgotten', launchRow({ state: 'ended' }), undefined, []],
  ])('%s', (_name, before, after, types) => {
    const events = eventsOf('launches', before, after);
    expect(events.map(({ type }) => type)).toEqual(types);
    events.forEach(expectItsSchema);
  });

  test('is told of without its secrets', () => {
    const claim = { at: '2026-01-15T12:00:00.000Z', nonceHash: 'n'.repeat(64), reportHash: 'r'.repeat(64) };
    const text = JSON.stringify(eventsOf('launches', undefined, launchRow({ state: 'running', claim })));
    expect(text).not.toMatch(/hash|nnnn|rrrr/i);
  });
});

describe('the ledger', () => {
  test('tells of each machine’s life, once, and of no sum', () => {
    const [event, ...others] = eventsOf('usage', undefined, lifeRow());
    expect(others).toEqual([]);
    expect(event).toMatchObject({ type: 'usage.recorded', installation_id: 1001 });
    if (event !== undefined) expectItsSchema(event);
    expect(typesOf('usage', lifeRow(), lifeRow())).toEqual([]);
    expect(typesOf('usage', undefined, { ...lifeRow(), book: '1001/sums' })).toEqual([]);
  });
});

describe('any row', () => {
  const anyRow = fc.dictionary(
    fc.constantFrom('org_name', 'status', 'tier', 'state', 'reason', 'met_limit_spend', 'job_id', 'intent', 'cleanup'),
    fc.oneof(
      fc.anything({ maxDepth: 2 }),
      fc.constantFrom('active', 'deleted', 'parked', 'running', 'ended', { level: 'warned', period: '2026-01' }),
    ),
  );
  const keys = { installation_id: 1001, job_id: 7, launch_id: '7-1', book: '1001/lives' };

  test('whatever a hand wrote gives events of their schemas, the same each time, and no error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Followed>('tenants', 'jobs', 'launches', 'usage', 'audit'),
        fc.option(anyRow, { nil: undefined }),
        fc.option(anyRow, { nil: undefined }),
        (table, before, after) => {
          const sides = [before && { ...before, ...keys }, after && { ...after, ...keys }] as const;
          const events = eventsOf(table, ...sides);
          events.forEach(expectItsSchema);
          expect(eventsOf(table, ...sides)).toEqual(events);
          expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
        },
      ),
    );
  });

  test('of a kind that was not asked for tells nothing', () => {
    const change = changeOf('tenants', { before: tenantRow(), after: { ...tenantRow(), max_runners: 9 } });
    expect(decideEvents(change, new Set(['job', 'usage']))).toEqual([]);
  });
});
