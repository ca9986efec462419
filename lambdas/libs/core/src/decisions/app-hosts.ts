import { isHostServed, type AppHost } from '../model/app-host';
import { DAY, HOUR, MINUTE, SECOND, ageOf, plus } from '../model/time';

/** What DNS says. `none`: there is no such record, for certain. `unknown`: it did not answer, or not well. */
export type TxtAnswer =
  | { readonly kind: 'found'; readonly values: readonly string[] }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly problem: string };

/** The next thing to do about a domain; each is one call, and doing it twice is doing it once. */
export type HostStep =
  | { readonly do: 'ask-dns' }
  /** It is proven: the app gets it, unless another has it. */
  | { readonly do: 'take'; readonly next: AppHost }
  | { readonly do: 'record'; readonly next: AppHost }
  /** The rule goes without it, so anybody may have it. */
  | { readonly do: 'give'; readonly next?: AppHost }
  | { readonly do: 'drop' }
  | { readonly do: 'rest'; readonly due: Date };

/** A record that is gone for so long was taken away; anything shorter may be a mistake or a move of the zone. */
export const HOST_GRACE = DAY;
/** DNS that answers nothing for so long is that of a domain that its owner has given up. */
export const HOST_SILENCE = 7 * DAY;
/** Whoever asks for a domain proves it within this time, or asks again. */
export const HOST_PATIENCE = 30 * DAY;
const NO_RECORD = 'DNS has no such record.';
const OTHER_VALUE = 'The record has another value.';
export const HOST_TAKEN = 'Another app has this domain, until its own record is gone.';

interface HostSituation {
  readonly one: AppHost;
  /** Whether the load balancer leads it to the app, as it was seen. */
  readonly isInRule: boolean;
  readonly answer?: TxtAnswer | undefined;
  /** What the record has to have among its values. */
  readonly value: string;
  readonly now: Date;
}

/** When DNS is asked next: soon while somebody is likely to wait, hourly later. */
export function hostDue({ state, askedAt, checkedAt }: AppHost): Date {
  const asked = new Date(askedAt);
  if (state === 'leaving') return asked;
  if (checkedAt === undefined) return asked;
  const waited = Date.parse(checkedAt) - asked.getTime();
  if (state !== 'waiting' || waited > DAY) return plus(new Date(checkedAt), HOUR);
  return plus(new Date(checkedAt), waited > HOUR ? 10 * MINUTE : MINUTE);
}

/** Given a domain and what DNS says, the next step. Pure. */
export function decideHostStep(situation: HostSituation): HostStep {
  const { one, isInRule, answer, now } = situation;
  if (one.state === 'leaving') return decideLeaving(one, isInRule, now);
  const due = hostDue(one);
  if (due > now) return { do: 'rest', due };
  if (answer === undefined) return { do: 'ask-dns' };
  return isHostServed(one) ? decideServed(situation, answer) : decideWaiting(situation, answer);
}

function decideLeaving({ host, removed }: AppHost, isInRule: boolean, now: Date): HostStep {
  if (isInRule) return { do: 'rest', due: plus(now, 30 * SECOND) };
  const at = now.toISOString();
  const again = { host, state: 'waiting', askedAt: at, checkedAt: at, problem: NO_RECORD } as const;
  return removed === true ? { do: 'give' } : { do: 'give', next: again };
}

function decideWaiting({ one, value, now }: HostSituation, answer: TxtAnswer): HostStep {
  const { host, askedAt } = one;
  const at = now.toISOString();
  if (isProof(answer, value))
    return { do: 'take', next: { host, state: 'serving', askedAt, checkedAt: at, provenAt: at } };
  if (ageOf(askedAt, now) > HOST_PATIENCE) return { do: 'drop' };
  return { do: 'record', next: { ...one, checkedAt: at, problem: problemOf(answer) } };
}

function decideServed({ one, value, now }: HostSituation, answer: TxtAnswer): HostStep {
  const { host, askedAt } = one;
  const at = now.toISOString();
  if (isProof(answer, value))
    return { do: 'record', next: { host, state: 'serving', askedAt, checkedAt: at, provenAt: at } };
  const found = { ...one, checkedAt: at, problem: problemOf(answer) };
  const silence = ageOf(one.provenAt ?? one.askedAt, now);
  if (answer.kind === 'unknown')
    return { do: 'record', next: silence >= HOST_SILENCE ? { ...found, state: 'leaving' } : found };
  const lostAt = one.lostAt ?? at;
  const isOver = ageOf(lostAt, now) >= HOST_GRACE;
  return { do: 'record', next: { ...found, lostAt, state: isOver ? 'leaving' : 'lost' } };
}

const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/, '$1');

function isProof(answer: TxtAnswer, value: string): boolean {
  return answer.kind === 'found' && answer.values.some((one) => unquoted(one) === value);
}

function problemOf(answer: TxtAnswer): string {
  if (answer.kind === 'unknown') return `DNS did not answer: ${answer.problem}.`;
  return answer.kind === 'none' ? NO_RECORD : OTHER_VALUE;
}
