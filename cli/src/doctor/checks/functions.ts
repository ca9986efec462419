import { defineCheck, failing, some, warning, type Check } from '../check';

/** Runtimes that Lambda still updates. https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html */
const RUNTIMES = ['nodejs22.x', 'nodejs24.x'];

export const FUNCTION_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'functions',
    needs: ['functions'],
    fine: 'Every function is there and ready.',
    judge: ({ functions }) => {
      const missing = functions.filter(({ state }) => state === undefined).map(({ name }) => name);
      if (missing.length > 0) return failing(`There is no ${some(missing)}.`, 'Apply the module.');
      const unready = functions.filter(({ state, lastUpdate }) => state !== 'Active' || lastUpdate !== 'Successful');
      if (unready.length === 0) return undefined;
      return failing(
        `${some(unready.map(({ name, state, lastUpdate }) => `${name} is ${state}, its last update ${lastUpdate}`))}.`,
        'See its page in the AWS console, then apply the module again.',
      );
    },
  }),
  defineCheck({
    name: 'runtime',
    needs: ['functions'],
    fine: 'The functions run on a supported runtime.',
    judge: ({ functions }) => {
      const old = functions.filter(({ runtime }) => runtime !== undefined && !RUNTIMES.includes(runtime));
      if (old.length === 0) return undefined;
      const names = old.map(({ name, runtime }) => `${name} (${runtime})`);
      return warning(`Not on ${RUNTIMES.join(' or ')}: ${some(names)}.`, 'Set lambda.runtime of the module.');
    },
  }),
  defineCheck({
    name: 'launches',
    needs: ['triggers'],
    fine: 'scale-up reads the queues of all sizes.',
    judge: ({ triggers: { on, off } }) => {
      if (off > 0) return failing(`${off} of ${on + off} queues are not read: launches are frozen.`, 'mtr unfreeze');
      return on === 0 ? failing('scale-up reads no queue.', 'Apply the module.') : undefined;
    },
  }),
  defineCheck({
    name: 'schedules',
    needs: ['schedules'],
    fine: 'Sweep and recovery are scheduled.',
    judge: ({ schedules }) => {
      const wanted = ['sweep', 'recovery'];
      const off = wanted.filter((name) => !schedules.some((one) => one.enabled && one.name.endsWith(`-${name}`)));
      if (off.length === 0) return undefined;
      return failing(`Nothing runs the ${off.join(' nor the ')}: the rule is off or gone.`, 'Apply the module.');
    },
  }),
  onTime('sweep', 'scale-down', 5),
  onTime('recovery', 'recovery', 3),
  defineCheck({
    name: 'errors',
    needs: ['runs'],
    fine: 'No function failed in the last ten minutes.',
    judge: ({ runs }) => {
      const broken = runs.filter(({ errors }) => errors > 0);
      if (broken.length === 0) return undefined;
      const names = broken.map(({ name, errors, invocations }) => `${name} (${errors} of ${invocations})`);
      const always = broken.some(({ errors, invocations }) => errors >= invocations);
      return (always ? failing : warning)(`Invocations failed: ${some(names)}.`, 'Read its log: docs/monitoring.md.');
    },
  }),
  defineCheck({
    name: 'throttles',
    needs: ['runs'],
    fine: 'Lambda throttled no function in the last ten minutes.',
    judge: ({ runs }) => {
      const names = runs
        .filter(({ throttles }) => throttles > 0)
        .map(({ name, throttles }) => `${name} (${throttles})`);
      if (names.length === 0) return undefined;
      return warning(`Lambda throttled ${some(names)}.`, "Raise the account's quota of concurrent executions.");
    },
  }),
];

function onTime(what: string, suffix: string, least: number): Check {
  return defineCheck({
    name: `${what}-on-time`,
    needs: ['runs'],
    fine: `The ${what} runs.`,
    judge: ({ runs }) => {
      const run = runs.find(({ name }) => name.endsWith(`-${suffix}`));
      if (run === undefined || run.invocations - run.errors >= least) return undefined;
      const done = run.invocations - run.errors;
      return failing(
        `The ${what} succeeded ${done} times in ten minutes, at least ${least} are due.`,
        `Read the log of ${run.name}; docs/operations.md says what each alarm means.`,
      );
    },
  });
}
