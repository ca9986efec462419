import { ConfigError, readConfig, type Env } from './env-reader';
import { readAdmissionSettings, readTierQueueUrls } from './read-tiers';

const TIER = {
  labels: ['self-hosted', 'small'],
  max_runners: 2,
  rank: null,
  instance_types: ['t3.medium'],
  capacity: 'on-demand',
  runner_group_id: 1,
};
const GOOD: Env = {
  RUNNER_TIERS: JSON.stringify({ small: TIER }),
  DEFAULT_TIER: 'small',
  TIER_ACCESS: 'any',
  ALLOW_PUBLIC_REPOSITORIES: 'false',
};

function problemsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('a configuration', () => {
  it('is read from texts', () => {
    const config = readConfig(
      { NAME: ' acme ', LEVEL: 'warn', COUNT: '42', ON: 'true', LIST: '["a"]', MAP: '{"a":"b"}', EMPTY: '' },
      (reader) => ({
        name: reader.string('NAME'),
        level: reader.oneOf('LEVEL', ['info', 'warn']),
        count: reader.integer('COUNT', { min: 1 }),
        on: reader.boolean('ON'),
        list: reader.strings('LIST'),
        map: reader.stringMap('MAP'),
        empty: reader.optionalString('EMPTY'),
        absent: reader.optionalString('ABSENT'),
      }),
    );
    expect(config).toEqual({
      name: 'acme',
      level: 'warn',
      count: 42,
      on: true,
      list: ['a'],
      map: new Map([['a', 'b']]),
      empty: undefined,
      absent: undefined,
    });
  });

  it('is refused with every problem at once', () => {
    const problems = problemsOf(() =>
      readConfig(
        { BLANK: '  ', LEVEL: 'loud', COUNT: '4.5', NONE: '0', ON: 'yes', LIST: '{}', MAP: '{"a":1}', JSON: '{' },
        (reader) => {
          reader.string('MISSING');
          reader.string('BLANK');
          reader.oneOf('LEVEL', ['info', 'warn']);
          reader.integer('COUNT');
          reader.integer('NONE', { min: 1 });
          reader.integer('ABSENT');
          reader.boolean('ON');
          reader.strings('LIST');
          reader.stringMap('MAP');
          reader.stringMap('JSON');
        },
      ),
    );
    expect(problems).toEqual([
      'MISSING: is missing',
      'BLANK: is missing',
      'LEVEL: is not one of info, warn',
      'COUNT: is not an integer of at least 0',
      'NONE: is not an integer of at least 1',
      'ABSENT: is missing',
      'ON: is not one of false, true',
      'LIST: is not a list of strings',
      'MAP: a is not a string',
      'JSON: is not JSON',
    ]);
  });

  it.each(['', ' ', '-1', '+1', '1e3', '0x10', '1.0', '12345678901234567890', 'NaN'])(
    'takes %j for no whole number',
    (value) => {
      expect(problemsOf(() => readConfig({ COUNT: value }, (reader) => reader.integer('COUNT')))).toHaveLength(1);
    },
  );

  it('names variables, never values', () => {
    const act = (): unknown =>
      readConfig({ SECRET: 'hunter2', MAP: '{"hunter2":1}' }, (reader) => [
        reader.integer('SECRET'),
        reader.json('SECRET', {}, () => ({ ok: true, value: {} })),
      ]);
    expect(act).toThrow(ConfigError);
    expect(act).not.toThrow(/hunter2/);
  });
});

describe('tiers', () => {
  it('are read with all that a tier has', () => {
    const { tiers } = readConfig(
      { ...GOOD, RUNNER_TIERS: JSON.stringify({ small: TIER, big: { ...TIER, rank: 3, capacity: 'spot' } }) },
      readAdmissionSettings,
    );
    expect(tiers.get('small')).toEqual({
      name: 'small',
      labels: TIER.labels,
      maxRunners: 2,
      instanceTypes: ['t3.medium'],
      capacity: 'on-demand',
      runnerGroupId: 1,
    });
    expect(tiers.get('big')).toMatchObject({ rank: 3, capacity: 'spot' });
  });

  it('are refused by tier and attribute', () => {
    const act = (tiers: unknown) =>
      problemsOf(() => readConfig({ ...GOOD, RUNNER_TIERS: JSON.stringify(tiers) }, readAdmissionSettings));
    expect(act({ small: { ...TIER, max_runners: -1, labels: undefined }, big: 7 })).toEqual(
      expect.arrayContaining([
        'RUNNER_TIERS: small.labels is missing',
        'RUNNER_TIERS: small.max_runners is not an integer of at least 0',
        'RUNNER_TIERS: big is not an object',
      ]),
    );
    expect(act({})).toEqual(['RUNNER_TIERS: is not a JSON object with at least one tier']);
    expect(act([])).toEqual(['RUNNER_TIERS: is not a JSON object with at least one tier']);
  });

  it('must include the default one and have a queue each', () => {
    const env = { ...GOOD, DEFAULT_TIER: 'large', TIER_QUEUE_URLS: '{"other":"https://queue"}' };
    const act = () => readConfig(env, (reader) => readTierQueueUrls(reader, readAdmissionSettings(reader).tiers));
    expect(problemsOf(act)).toEqual([
      'DEFAULT_TIER: is not a tier of RUNNER_TIERS',
      'TIER_QUEUE_URLS: has no queue for small',
    ]);
  });
});
