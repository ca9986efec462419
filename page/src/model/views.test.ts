import { job, overview, starts, sums, why } from '../../test/facts';
import { parseEntry, tokenIn } from './entry';
import { circuitRows, deadLetterRows, limitRows, netRows } from './health';
import { liveRow, liveSummary } from './live';
import { minutesByDay, months, toCsv, usageBySize, usageByTenant, waitRows } from './usage';
import { parseJobName, whyView } from './why';
import { dollars, duration } from './words';

const NOW = new Date('2026-01-15T12:00:00.000Z');

describe('words', () => {
  it.each([
    [-1, '0 s'],
    [0.4, '0 s'],
    [59, '59 s'],
    [60, '1 min'],
    [3_599, '59 min'],
    [3_600, '1 h'],
    [7_260, '2 h 1 min'],
    [86_400, '1 d'],
    [180_000, '2 d 2 h'],
  ])('%p seconds are %s', (seconds, words) => expect(duration(seconds)).toBe(words));

  it.each([
    [0, '$0.00'],
    [0.0042, '$0.0042'],
    [1_234.5, '$1,234.50'],
  ])('%p dollars are %s', (usd, words) => expect(dollars(usd)).toBe(words));
});

describe('the live view', () => {
  it('says of a tenant what it uses, how many wait, for how long and why', () => {
    expect(liveRow(overview, NOW)).toEqual({
      id: 1001,
      name: 'acme',
      slots: { used: 2, of: 2, text: '2 of 2 in use' },
      running: '1, and 1 starting',
      waiting: '3',
      oldest: '12 min',
      reasons: [
        {
          jobs: '2 jobs wait',
          because: 'because acme uses 2 of its 2 runners',
          ends:
            'It starts when one of them ends, or when the operator raises the limit. ' +
            'The operator of the runners can act.',
        },
      ],
      notes: [],
    });
  });

  it('says what is not as it should be', () => {
    const odd = { ...overview, status: 'suspended', open_circuits: ['small'], problems: ['tier is missing'] };
    expect(liveRow({ ...odd, at_least: true }, NOW)).toMatchObject({
      status: 'suspended',
      waiting: '3 or more',
      notes: [
        'Launches of size small are held back after failures in a row.',
        'Its row is not right: tier is missing.',
      ],
    });
  });

  it('shows no wait where nothing waits', () => {
    const { oldest_queued_at: _oldest, ...rest } = overview;
    expect(liveRow({ ...rest, waiting: 0, starting: 0, reasons: [] }, NOW)).toMatchObject({
      oldest: '–',
      running: '1',
      reasons: [],
    });
  });

  it.each([
    [[], false, 'No job runs or waits.'],
    [[overview], false, '1 tenant: 2 runners in use, 3 jobs waiting.'],
    [[overview, { ...overview, waiting: 1 }], true, '2 tenants: 4 runners in use, at least 4 jobs waiting.'],
    [[{ ...overview, in_use: 1, waiting: 1 }], false, '1 tenant: 1 runner in use, 1 job waiting.'],
  ])('sums up %#', (tenants, hasMore, words) => expect(liveSummary(tenants, hasMore)).toBe(words));
});

describe('the name of a job', () => {
  it.each([
    ['https://github.com/acme/app/actions/runs/9001/job/7001', { ok: true, jobId: 7001, owner: 'acme' }],
    [
      'https://ghe.acme.test/acme/app/actions/runs/9/attempts/2/job/7001?pr=1',
      { ok: true, jobId: 7001, owner: 'acme' },
    ],
    ['  7001 ', { ok: true, jobId: 7001 }],
  ])('is read from %s', (text, name) => expect(parseJobName(text)).toEqual(name));

  it.each(['', '0', 'seven', '-7', 'https://github.com/acme/app', 'javascript:alert(1)'])('is not in %p', (text) =>
    expect(parseJobName(text)).toMatchObject({ ok: false, problem: expect.stringMatching(/\.$/) }),
  );
});

describe('the view of a job', () => {
  it('has the sentence, what there is to know, and the times of its life with the time between them', () => {
    const view = whyView(why, job, NOW);
    expect(view.sentence).toBe(why.sentence);
    expect(Object.fromEntries(view.facts)).toEqual({
      State: 'parked',
      For: '12 min',
      'Place among the waiting': '3',
      'What ends it': 'It starts when one of them ends, or when the operator raises the limit.',
      'Next try': '2026-01-15 12:10:00 UTC',
      'Who can act': 'The operator of the runners can act.',
      Size: 'small',
    });
    expect(view.timeline.map(({ what, after }) => [what, after])).toEqual([
      ["In GitHub's queue", undefined],
      ['A runner of its tenant is free', '+ 2 min'],
      ['EC2 is asked for a machine', '+ 1 s'],
      ['The runner is registered at GitHub', '+ 19 s'],
      ['GitHub gives it to a runner: i-0123456789abcdef0', '+ 30 s'],
      ['Over: success', '+ 4 min'],
    ]);
  });

  it('puts what came late where its time is', () => {
    const again = { ...job, machine_asked_at: '2026-01-15T11:54:00.000Z', restarts: 1 };
    const view = whyView(why, again, NOW);
    expect(view.timeline.map(({ at }) => at)).toEqual(view.timeline.map(({ at }) => at).sort());
    expect(view.facts).toContainEqual(['Machines that came to nothing', '1']);
  });
});

describe('usage', () => {
  it('adds up the sizes of a tenant, the most expensive tenant first', () => {
    expect(usageByTenant(sums)).toEqual([
      { key: '1002', name: '1002', machines: '1,000', minutes: '1,500', usd: '$2,000.00' },
      { key: '1001', name: 'acme', machines: '3', minutes: '11', usd: '$1.50', note: '1 without a price' },
    ]);
  });

  it('has the sizes of one tenant, the most expensive first', () => {
    expect(usageBySize(sums.slice(0, 2)).map(({ name, usd }) => [name, usd])).toEqual([
      ['large', '$1.00'],
      ['small', '$0.50'],
    ]);
  });

  it('has every day of a month, also in a leap year', () => {
    const days = minutesByDay('2028-02', [{ day: '2028-02-29', machines: 1, seconds: 90, usd: 1, unpriced: 0 }]);
    expect(days).toHaveLength(29);
    expect([days[0], days[28]]).toEqual([
      ['2028-02-01', 0],
      ['2028-02-29', 1.5],
    ]);
  });

  it('lists this month and the eleven before it', () => {
    const all = months(NOW);
    expect([all.length, all[0], all[1], all[11]]).toEqual([12, '2026-01', '2025-12', '2025-02']);
  });

  it('tells waits in words', () => {
    expect(waitRows([starts]).map(({ what, p50, p95, p99 }) => [what, p50, p95, p99])).toEqual([
      ['Waiting for a runner', '1 s', '1 min', '1 h 1 min'],
      ['Start of the machine', '20 s', '30 s', '40 s'],
      ['Both', '21 s', '1 min', '1 h 2 min'],
    ]);
  });
});

describe('the CSV', () => {
  it.each([
    [{ a: 1.5, b: 'x' }, '1.5,x'],
    [{ a: undefined, b: 'say "no", please' }, ',"say ""no"", please"'],
    [{ a: -1, b: 'two\nlines' }, '-1,"two\nlines"'],
    [{ a: 0, b: '=HYPERLINK("https://example.test")' }, '0,"\'=HYPERLINK(""https://example.test"")"'],
    [{ a: 0, b: '@sum' }, "0,'@sum"],
  ])('of %j is a line', (row, line) => expect(toCsv(['a', 'b'], [row])).toBe(`a,b\r\n${line}\r\n`));
});

describe('health', () => {
  it('says how far a net is behind', () => {
    expect(
      netRows([
        { what: 'sweep', behind_seconds: 60, late: false },
        { what: 'list', behind_seconds: 3_600, late: true },
        { what: 'new', late: false },
      ]).map(({ state, ok }) => [state, ok]),
    ).toEqual([
      ['1 min behind', true],
      ['1 h behind, which is late', false],
      ['has not run yet', true],
    ]);
  });

  it('lists the circuits that are open', () => {
    expect(circuitRows([overview, { ...overview, open_circuits: ['small', 'large'] }]).map(({ what }) => what)).toEqual(
      ['acme, size small', 'acme, size large'],
    );
  });

  it('says what dead letters there are, and how to move them back', () => {
    expect(
      deadLetterRows([
        { queue: 'a', messages: 0, has_source: true },
        { queue: 'b', messages: 1, has_source: true },
        { queue: 'c', messages: 2, has_source: false },
      ]).map(({ state, ok }) => [state, ok]),
    ).toEqual([
      ['empty', true],
      ['1 message; "mtr redrive b" moves them back', false],
      ['2 messages', false],
    ]);
  });

  it('says what is left of limits, and when there is more', () => {
    expect(
      limitRows([
        { limit: 'runners', used: 2, of: 2, left: 0, refills: 'when a job ends' },
        { limit: 'GitHub', left: 'none', refills: '2026-01-15T12:00:00.000Z' },
        { limit: 'failed launches', used: 1, of: 5 },
        { limit: 'other', left: 'some' },
      ]).map(({ state, ok }) => [state, ok]),
    ).toEqual([
      ['2 of 2, more when a job ends', false],
      ['used up, more from 2026-01-15 12:00:00 UTC', false],
      ['1 of 5', true],
      ['some left', true],
    ]);
  });
});

describe('the way in', () => {
  it.each([
    ['#link=link.eyJ0Ijo3fQ.abc_-9', { kind: 'token', token: 'link.eyJ0Ijo3fQ.abc_-9' }],
    ['#token=a.b.c', { kind: 'token', token: 'a.b.c' }],
    ['', { kind: 'view', view: 'live' }],
    ['#/usage/1001', { kind: 'view', view: 'usage', about: '1001' }],
    ['#/why/https%3A%2F%2Fx', { kind: 'view', view: 'why', about: 'https://x' }],
    ['#/why/%', { kind: 'view', view: 'why', about: '%' }],
    ['#/nothing', { kind: 'view', view: 'live' }],
    ['#link=<script>', { kind: 'view', view: 'live' }],
  ])('is read from %p', (hash, entry) => expect(parseEntry(hash)).toEqual(entry));

  it.each([
    [' https://x.test/v1/page#link=link.a.b ', 'link.a.b'],
    ['a.b.c', 'a.b.c'],
    ['hello', undefined],
    ['https://x.test/#/live', undefined],
  ])('is found in what was pasted: %p', (text, token) => expect(tokenIn(text)).toBe(token));
});
