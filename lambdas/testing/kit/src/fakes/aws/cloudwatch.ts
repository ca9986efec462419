import { Refuse, textOf, textsOf, type Input, type Operation } from './refuse';

interface Alarm {
  readonly asked: Input;
  /** As it was made: a later call does not change them. */
  readonly tags: ReadonlyMap<string, string>;
}

const MOST_METRICS = 10;
const REQUIRED = ['AlarmName', 'ComparisonOperator', 'EvaluationPeriods'] as const;

/**
 * CloudWatch's alarms, as far as the deployer uses them. Their state is given: nothing is measured here.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
 */
export interface FakeCloudWatch {
  readonly alarms: Map<string, Alarm>;
  /** Names of those that are in the state ALARM, also of the operator's. */
  readonly alarming: Set<string>;
  /** How many an account may have; without a number as many as it likes. */
  most?: number;
  readonly operations: Readonly<Record<string, Operation>>;
}

export function createFakeCloudWatch(): FakeCloudWatch {
  const alarms: FakeCloudWatch['alarms'] = new Map();
  const alarming = new Set<string>();
  const stateOf = (name: string): string => (alarming.has(name) ? 'ALARM' : 'OK');
  const cloudwatch: FakeCloudWatch = {
    alarms,
    alarming,
    operations: {
      PutMetricAlarm: ({ Tags, ...asked }) => {
        const name = textOf(asked['AlarmName']);
        const problem = problemOf(asked);
        if (problem !== undefined) throw new Refuse('ValidationError', problem);
        const standing = alarms.get(name);
        if (standing === undefined && alarms.size >= (cloudwatch.most ?? Infinity))
          throw new Refuse('LimitExceeded', 'The quota for alarms for this customer has already been reached.');
        alarms.set(name, { asked, tags: standing?.tags ?? tagsIn(Tags) });
        return {};
      },
      DescribeAlarms: ({ AlarmNames, StateValue }) => {
        const named = textsOf(AlarmNames);
        const known = [...alarms].map(([name, { asked }]) => ({ ...asked, AlarmName: name }));
        const foreign = [...alarming].filter((name) => !alarms.has(name)).map((AlarmName) => ({ AlarmName }));
        const MetricAlarms = [...known, ...foreign]
          .map((one) => ({ ...one, StateValue: stateOf(one.AlarmName) }))
          .filter((one) => named.includes(one.AlarmName) && (StateValue ?? one.StateValue) === one.StateValue);
        return { MetricAlarms, CompositeAlarms: [] };
      },
      DeleteAlarms: ({ AlarmNames }) => {
        const missing = textsOf(AlarmNames).filter((name) => !alarms.delete(name));
        for (const name of textsOf(AlarmNames)) alarming.delete(name);
        if (missing.length > 0) throw new Refuse('ResourceNotFound', missing.join(', '), 404);
        return {};
      },
    },
  };
  return cloudwatch;
}

function problemOf(asked: Input): string | undefined {
  const missing = REQUIRED.find((field) => asked[field] === undefined);
  if (missing !== undefined) return `The parameter ${missing} is required.`;
  const metrics = (asked['Metrics'] ?? []) as readonly Input[];
  const watched = metrics.filter(({ ReturnData }) => ReturnData === true);
  const periods = metrics.map((one) => (one['MetricStat'] as Input | undefined)?.['Period'] ?? 60);
  if (metrics.length > MOST_METRICS) return `An alarm has at most ${MOST_METRICS} metrics.`;
  if (watched.length !== 1 || asked['MetricName'] !== undefined)
    return 'Exactly one element of the metrics list should return data.';
  return periods.every((period) => Number(period) % 60 === 0) ? undefined : 'Period must be a multiple of 60.';
}

function tagsIn(tags: unknown): ReadonlyMap<string, string> {
  return new Map(((tags ?? []) as Input[]).map(({ Key, Value }) => [textOf(Key), textOf(Value)]));
}
