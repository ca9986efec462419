import { callsOf } from './crash-injection';
import { freezeAndRecover } from './run';
import { SCENARIOS } from './scenarios';

/** One that sleeps before a look sees what is new when it wakes up. */
const LOOKS = /\.(get|list|find|read|describe|count)/;

/** Those that name their cuts make hundreds of calls of few kinds, which other scenarios make too. */
const scenarios = SCENARIOS.filter(({ cuts }) => cuts === undefined);

describe.each(scenarios)('$name', (scenario) => {
  test.each(['after the redelivery', 'after a sweep'] as const)(
    'leaves nothing behind and breaks no promise if it sleeps before any call that may change something, until %s',
    async (thaw) => {
      const arranged = await scenario.arrange();
      const calls = await callsOf(arranged.system.harness, () => arranged.act(1));
      const problems: Record<string, string[]> = {};
      for (const [at, call] of calls.entries()) {
        if (LOOKS.test(call)) continue;
        const found = await freezeAndRecover(scenario, at, thaw);
        if (found.length > 0) problems[`call ${at}, ${call}`] = found;
      }
      expect(problems).toEqual({});
    },
  );
});
