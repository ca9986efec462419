import { defineCheck, failing, some, warning, type Check } from '../check';

/** Jobs that wait for a function; each of them takes seconds. */
const BACKLOG = 500;

export const DATA_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'dead-letters',
    needs: ['queues'],
    fine: 'The dead-letter queues are empty.',
    judge: ({ queues }) => {
      const full = queues.filter(({ queue, messages }) => queue.endsWith('-dlq') && messages > 0);
      if (full.length === 0) return undefined;
      const names = full.map(({ queue, messages }) => `${queue} (${messages})`);
      return failing(
        `Messages failed for good: ${some(names)}.`,
        'docs/operations.md#redrive, then: mtr redrive <queue>',
      );
    },
  }),
  defineCheck({
    name: 'backlog',
    needs: ['queues'],
    fine: 'The queues are short.',
    judge: ({ queues }) => {
      const long = queues.filter(({ queue, messages }) => !queue.endsWith('-dlq') && messages > BACKLOG);
      if (long.length === 0) return undefined;
      const names = long.map(({ queue, messages }) => `${queue} (${messages})`);
      return warning(`Long queues: ${some(names)}.`, 'Raise lambda.scale_up_concurrency, or see what holds it up.');
    },
  }),
  defineCheck({
    name: 'point-in-time-recovery',
    needs: ['tables'],
    fine: 'The tables can be restored to any second.',
    judge: ({ tables }) => {
      const without = tables.filter(({ pointInTimeRecovery }) => !pointInTimeRecovery).map(({ name }) => name);
      if (without.length === 0) return undefined;
      return failing(`${some(without)} can't be restored.`, 'Apply the module, which turns it on.');
    },
  }),
  defineCheck({
    name: 'deletion-protection',
    needs: ['tables'],
    fine: 'The tables are protected from deletion.',
    judge: ({ tables }) => {
      const open = tables.filter(({ deletionProtection }) => !deletionProtection).map(({ name }) => name);
      if (open.length === 0) return undefined;
      return warning(`${some(open)} may be deleted by one call.`, 'Set deletion_protection of the module.');
    },
  }),
  defineCheck({
    name: 'alarms-armed',
    needs: ['alarms'],
    fine: 'The alarms notify somebody.',
    judge: ({ alarms }) => {
      if (alarms.length === 0) return warning('There are no alarms.', 'Set observability.alarms.enable.');
      const silent = alarms.filter(({ armed }) => !armed).map(({ name }) => name);
      if (silent.length === 0) return undefined;
      return warning(`${silent.length} of ${alarms.length} alarms notify no one.`, 'Set observability.alarms.actions.');
    },
  }),
  defineCheck({
    name: 'alarms-quiet',
    needs: ['alarms'],
    fine: 'No alarm is on.',
    judge: ({ alarms }) => {
      const on = alarms.filter(({ state }) => state === 'ALARM').map(({ name }) => name);
      if (on.length === 0) return undefined;
      return failing(`On: ${some(on)}.`, 'Each alarm links to its runbook in docs/operations.md#alarms.');
    },
  }),
  defineCheck({
    name: 'log-retention',
    needs: ['logGroups'],
    fine: 'Logs are deleted in time.',
    judge: ({ logGroups }) => {
      const forever = logGroups.filter(({ retentionDays }) => retentionDays === undefined).map(({ name }) => name);
      if (forever.length === 0) return undefined;
      return warning(
        `Kept for ever: ${some(forever)}.`,
        'Apply the module, which sets observability.log_retention_days.',
      );
    },
  }),
];
