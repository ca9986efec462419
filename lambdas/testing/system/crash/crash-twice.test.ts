import { createHash, randomInt } from 'node:crypto';
import { callsOf } from './crash-injection';
import { crashAndRecover } from './run';
import { SCENARIOS } from './scenarios';

// All pairs take minutes: a run tries one in `SHARE`, others each time. CRASH_SEED repeats a run; CRASH_PAIRS=all, as
// in `yarn test:soak`, tries every pair.
const SHARE = 4;
const seed = process.env['CRASH_SEED'] ?? String(randomInt(1_000_000));
const all = process.env['CRASH_PAIRS'] === 'all';
const which = all ? 'every pair of calls' : `one pair of calls in ${SHARE}, CRASH_SEED=${seed}`;

function isTried(...pair: readonly (string | number)[]): boolean {
  return (
    all ||
    createHash('sha256')
      .update([seed, ...pair].join('/'))
      .digest()
      .readUInt8() %
      SHARE ===
      0
  );
}

/** The process dies, and so does the one that the redelivery starts. */
const SHORT = [
  'a launch',
  'a machine that is gone while another job waits',
  'a job that takes the runner of another, which inherits its own',
  'a job that takes the only runner of another',
  'the sweep of an idle runner whose job was cancelled',
  'an onboarding with a job that came first',
  'the clean-up of a deleted tenant by the sweep',
  'a recovery of deliveries over several pages',
];
const scenarios = SCENARIOS.filter(({ name }) => SHORT.includes(name));

test('every name is a scenario', () => expect(scenarios).toHaveLength(SHORT.length));

describe.each(scenarios)(`$name: ${which}`, (scenario) => {
  test.each([
    ['dies-before', 'dies-before'],
    ['dies-after', 'dies-before'],
    ['dies-after', 'dies-after'],
  ] as const)(
    'leaves nothing behind if it %s at any call and its redelivery %s at any other',
    async (first, second) => {
      const arranged = await scenario.arrange();
      const calls = await callsOf(arranged.system.harness, () => arranged.act(1));
      const problems: Record<string, string[]> = {};
      for (const [one, call] of calls.entries()) {
        // The redelivery may take another way, with calls of its own.
        for (let two = 0; two < calls.length + 8; two += 1) {
          if (!isTried(scenario.name, first, second, one, two)) continue;
          const found = await crashAndRecover(scenario, [
            { cut: first, at: one },
            { cut: second, at: two },
          ]);
          if (found.length > 0) problems[`call ${one}, ${call}, then call ${two}`] = found;
        }
      }
      expect(problems).toEqual({});
    },
  );
});
