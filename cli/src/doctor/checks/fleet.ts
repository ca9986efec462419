import { HOUR, MINUTE } from '@multi-tenant-runner/core';
import { defineCheck, failing, some, warning, type Check } from '../check';
import type { JobFact } from '../facts';

/** Two sweeps and what they take. */
const OVERDUE = 10 * MINUTE;
/** A launch takes a minute; each step of it is a write. */
const STUCK = 20 * MINUTE;
const STEPS = ['held', 'launching', 'ending'];

const since = (iso: string, now: Date): number => now.getTime() - Date.parse(iso);
const ids = (jobs: readonly JobFact[]): string => some(jobs.map(({ jobId }) => jobId));

export const FLEET_CHECKS: readonly Check[] = [
  defineCheck({
    name: 'rows',
    needs: ['fleet'],
    fine: "The tenants' rows are sound.",
    judge: ({ fleet: { tenants } }) => {
      const wrong = tenants.flatMap(({ name, problems }) => problems.map((problem) => `${name}: ${problem}`));
      return wrong.length === 0
        ? undefined
        : failing(`${some(wrong, 3)}.`, 'docs/tenants.md says what each attribute is.');
    },
  }),
  defineCheck({
    name: 'slots',
    needs: ['fleet'],
    fine: 'Every tenant has as many slots in use as launches that hold one.',
    judge: ({ fleet: { tenants } }) => {
      const wrong = tenants.filter(({ slots, launchesWithSlot }) => slots !== launchesWithSlot);
      if (wrong.length === 0) return undefined;
      const names = wrong.map(
        ({ name, slots, launchesWithSlot }) => `${name} (${slots}, and ${launchesWithSlot} hold one)`,
      );
      return warning(
        `Slots in use that are not the launches': ${some(names)}.`,
        'Normal where one began or ended this moment; the sweep counts anew within a minute, else read its log.',
      );
    },
  }),
  defineCheck({
    name: 'limits-kept',
    needs: ['fleet'],
    fine: 'No tenant uses more than its limit.',
    judge: ({ fleet: { tenants } }) => {
      const over = tenants.filter(({ slots, maxRunners }) => slots > maxRunners);
      if (over.length === 0) return undefined;
      const names = over.map(({ name, slots, maxRunners }) => `${name} (${slots} of ${maxRunners})`);
      return warning(`Above the limit: ${some(names)}.`, 'Normal after a limit was lowered, until those jobs end.');
    },
  }),
  defineCheck({
    name: 'stuck-launches',
    needs: ['fleet'],
    fine: 'Every launch makes progress.',
    judge: ({ fleet: { launches }, now }) => {
      const stuck = launches.filter((one) => STEPS.includes(one.state) && since(one.updatedAt, now) > STUCK);
      if (stuck.length === 0) return undefined;
      const names = stuck.map(({ launchId, state }) => `${launchId} (${state})`);
      return failing(
        `No progress for 20 minutes: ${some(names)}.`,
        'Read the log of scale-down: SweepSetAside names it.',
      );
    },
  }),
  defineCheck({
    name: 'overdue-jobs',
    needs: ['fleet'],
    fine: 'No waiting job is overdue.',
    judge: ({ fleet: { jobs }, now }) => {
      const overdue = jobs.filter(
        ({ state, nextTry, reason }) =>
          state === 'parked' && reason !== 'limit' && nextTry !== undefined && since(nextTry, now) > OVERDUE,
      );
      return overdue.length === 0 ? undefined : failing(`Due for ten minutes: ${ids(overdue)}.`, 'mtr jobs why <job>');
    },
  }),
  defineCheck({
    name: 'long-waits',
    needs: ['fleet'],
    fine: 'No job has waited for an hour.',
    judge: ({ fleet: { jobs }, now }) => {
      const long = jobs.filter((one) => one.state !== 'running' && !one.gated && since(one.queuedAt, now) > HOUR);
      return long.length === 0 ? undefined : warning(`Waiting for over an hour: ${ids(long)}.`, 'mtr waiting');
    },
  }),
  defineCheck({
    name: 'circuits',
    needs: ['fleet'],
    fine: "No tenant's launches are held back after failures.",
    judge: ({ fleet: { tenants } }) => {
      const open = tenants.flatMap(({ name, openCircuits }) => openCircuits.map((size) => `${name}: ${size}`));
      if (open.length === 0) return undefined;
      return failing(
        `Only probes start: ${some(open)}.`,
        'mtr jobs why <job> has the reason; docs/troubleshooting.md.',
      );
    },
  }),
  defineCheck({
    name: 'rates',
    needs: ['fleet'],
    fine: 'No job waits for a rate of EC2 or SSM, or for capacity.',
    judge: ({ fleet: { jobs } }) => {
      const reasons = ['ec2-throttled', 'ssm-throttled', 'capacity'];
      const held = jobs.filter(({ reason }) => reasons.includes(reason ?? ''));
      if (held.length === 0) return undefined;
      return warning(`AWS holds back: ${ids(held)}.`, 'docs/limits.md says which quota each reason is.');
    },
  }),
];
