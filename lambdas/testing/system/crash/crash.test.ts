import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CUTS, callsOf } from './crash-injection';
import { crashAndRecover } from './run';
import type { Scenario } from './scenario';
import { SCENARIOS } from './scenarios';

/** From the code itself: a new call is covered without being named. */
async function listCalls(scenario: Scenario): Promise<string[]> {
  const arranged = await scenario.arrange();
  return callsOf(arranged.system.harness, () => arranged.act(1));
}

/** What was never recorded is the redelivery's to bring; to look at rows, or to wait for a turn, records no job. */
function isUnrecorded(calls: readonly string[]): boolean {
  return calls.every((call) => call === 'registry.get' || call.startsWith('fleetSlots.'));
}

describe.each(SCENARIOS)('$name', (scenario) => {
  test('comes to its end when nothing is cut', async () => {
    expect(await crashAndRecover(scenario, [])).toEqual([]);
  });

  const ways = CUTS.flatMap((cut) =>
    scenario.mayBeLost === true
      ? [
          { cut, lost: false },
          { cut, lost: true },
        ]
      : [{ cut, lost: false }],
  );
  test.each(ways)(
    'leaves nothing behind if any of its calls $cut (event lost for good: $lost)',
    async ({ cut, lost }) => {
      const problems: Record<string, string[]> = {};
      const calls = await listCalls(scenario);
      for (const [at, call] of calls.entries()) {
        const hasEffect = cut === 'dies-after' || cut === 'answer-lost';
        if (scenario.cuts?.includes(call) === false) continue;
        if (lost && isUnrecorded(calls.slice(0, hasEffect ? at + 1 : at))) continue;
        const found = await crashAndRecover(scenario, [{ cut, at }], lost);
        if (found.length > 0) problems[`call ${at}, ${call}`] = found;
      }
      expect(problems).toEqual({});
    },
  );
});

test('every port call in the code of the functions is cut in some scenario', async () => {
  const reached = new Set<string>();
  for (const scenario of SCENARIOS) for (const call of await listCalls(scenario)) reached.add(call);
  expect(callsInTheCode().filter((call) => !reached.has(call))).toEqual([]);
});

const IN_THE_WORLD: Readonly<Record<string, string>> = { tenants: 'registry', bookmarks: 'launches' };

/** The webhook's: its answer of 503 makes GitHub's redelivery the repeat, so there is nothing to cut. */
const ROUTING = 'route-job.ts';

const PORTS = [
  ...['tenants', 'jobs', 'launches', 'queue', 'github', 'fleet', 'configs', 'securityGroups', 'lifecycle'],
  ...['admissions', 'fleetSlots', 'bookmarks', 'recovery', 'app', 'search', 'bus', 'checkRuns', 'pool', 'blanks'],
];

/** `port.method`, under the ports' names in the test harness. */
function callsInTheCode(): string[] {
  const folders = [
    '../../../functions/machine/src',
    '../../../functions/scale-up/src',
    '../../../functions/scale-down/src',
    '../../../functions/tenant-manager/src',
    '../../../functions/recovery/src',
    '../../../libs/core/src/protocol',
    '../../../libs/core/src/transitions',
  ];
  const sources = folders.flatMap((folder) => {
    const path = join(__dirname, folder);
    return readdirSync(path)
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && name !== ROUTING)
      .map((name) => readFileSync(join(path, name), 'utf8'));
  });
  const calls = sources.flatMap((source) => [
    ...source.matchAll(new RegExp(`deps\\.(${PORTS.join('|')})\\.(\\w+)`, 'g')),
  ]);
  return [...new Set(calls.map(([, port, method]) => `${IN_THE_WORLD[String(port)] ?? port}.${method}`))].sort();
}
