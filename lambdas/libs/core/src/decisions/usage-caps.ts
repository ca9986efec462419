import type { Launch } from '../model/launch';
import type { Prices } from '../model/prices';
import type { Tenant } from '../model/tenant';
import { dayOf, monthOf } from '../model/usage';
import { coversMark, type CapMark, type CapReason, type TenantUsage } from '../model/usage-caps';
import type { PeriodSums } from '../ports/usage';
import { costSoFar, secondsBetween } from './machine-life';

/** One cap of a tenant: minutes of minutes, or dollars of dollars. */
export interface CapState {
  readonly reason: CapReason;
  readonly used: number;
  readonly cap: number;
  /** When the day or month is over (UTC). */
  readonly until: Date;
}

type Capped = Pick<Tenant, 'caps' | 'usage'>;

const MICROS = 1_000_000;
const MINUTE_SECONDS = 60;
/** Of a cap, at which it is warned of. */
export const WARNED_AT = 0.8;

/**
 * What a tenant has used of each of its caps in the present day and month, as its row knows it: what it used in an
 * earlier one no longer counts. Pure.
 */
export function capStates({ caps, usage }: Capped, now: Date): readonly CapState[] {
  const iso = now.toISOString();
  const isToday = usage?.day === dayOf(iso);
  const isThisMonth = usage?.month === monthOf(iso);
  const states: readonly { readonly cap: number | undefined; readonly state: Omit<CapState, 'cap'> }[] = [
    {
      cap: caps.minutesPerDay,
      state: {
        reason: 'minutes-per-day',
        used: isToday ? usage.daySeconds / MINUTE_SECONDS : 0,
        until: nextDay(now),
      },
    },
    {
      cap: caps.minutesPerMonth,
      state: {
        reason: 'minutes-per-month',
        used: isThisMonth ? usage.monthSeconds / MINUTE_SECONDS : 0,
        until: nextMonth(now),
      },
    },
    {
      cap: caps.dollarsPerMonth,
      state: {
        reason: 'spend-per-month',
        used: isThisMonth ? usage.monthCostMicros / MICROS : 0,
        until: nextMonth(now),
      },
    },
  ];
  return states.flatMap(({ cap, state }) => (cap === undefined ? [] : [{ ...state, cap }]));
}

/** The cap that keeps a tenant's next job from a machine, of several the one that lasts longest. Pure. */
export function decideCap(tenant: Capped, now: Date): CapState | undefined {
  const reached = capStates(tenant, now).filter(({ used, cap }) => used >= cap);
  return reached.sort((a, b) => b.until.getTime() - a.until.getTime())[0];
}

export interface DueMark extends CapMark {
  readonly reason: CapReason;
}

/**
 * The caps that are nearly or fully used, and not yet marked so for the present day or month. By the row alone, so that
 * what a crash left unmarked is marked by the next reading. Pure.
 */
export function dueMarks(tenant: Capped & Pick<Tenant, 'capMarks'>, now: Date): readonly DueMark[] {
  const iso = now.toISOString();
  return capStates(tenant, now).flatMap((state): readonly DueMark[] => {
    const level = levelOf(state);
    if (level === undefined) return [];
    const { reason, used, cap, until } = state;
    const period = reason === 'minutes-per-day' ? dayOf(iso) : monthOf(iso);
    const due = { reason, level, period, used: Math.round(used * 100) / 100, cap, until: until.toISOString() };
    return coversMark(tenant.capMarks?.[reason], due) ? [] : [due];
  });
}

function levelOf({ used, cap }: Pick<CapState, 'used' | 'cap'>): CapMark['level'] | undefined {
  if (used >= cap) return 'reached';
  return used >= cap * WARNED_AT ? 'warned' : undefined;
}

/**
 * What a tenant has used by now. A machine that runs counts as if it ended now, with its whole life, as the ledger
 * will count it: so nothing jumps when it ends, and a cap is noticed while machines run, not only after them. Pure.
 *
 * @param ended the ledger's sums of the present day and month
 * @param running open launches
 */
export function tallyUsage(
  ended: PeriodSums,
  running: readonly Launch[],
  { now, prices }: { readonly now: Date; readonly prices: Prices },
): TenantUsage {
  const at = now.toISOString();
  let [seconds, costMicros] = [0, 0];
  for (const launch of running) {
    if (launch.launchedAt === undefined || launch.machineEndedAt !== undefined) continue;
    const own = secondsBetween(launch.launchedAt, at);
    seconds += own;
    costMicros += costSoFar(launch, own, prices);
  }
  return {
    at,
    day: dayOf(at),
    daySeconds: ended.day.seconds + seconds,
    month: monthOf(at),
    monthSeconds: ended.month.seconds + seconds,
    monthCostMicros: ended.month.costMicros + costMicros,
  };
}

function nextDay(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1));
}

function nextMonth(now: Date): Date {
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
}
