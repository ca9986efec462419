import type { Actor } from './facts';

/** `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`: the two largest units, from seconds. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two([hours, 'h'], [minutes % 60, 'min']);
  return two([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

function two([large, unit]: readonly [number, string], [small, below]: readonly [number, string]): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${below}`;
}

/** Seconds between two times of ISO 8601, never negative. */
export function secondsBetween(from: string, to: string | Date): number {
  return Math.max(0, (new Date(to).getTime() - Date.parse(from)) / 1_000);
}

export function dollars(usd: number): string {
  return `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: usd < 1 ? 4 : 2 })}`;
}

export function number(value: number): string {
  return value.toLocaleString('en');
}

export function plural(count: number, one: string, more = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : more}`;
}

/** `2026-01-15 11:58:00`: UTC, as every time of the page. */
export function moment(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}

/** Who can end a wait. */
export const ACTORS: Readonly<Record<Actor, string>> = {
  none: 'no one has to do anything',
  operator: 'the operator of the runners can act',
  tenant: 'you can act, at GitHub',
  github: 'GitHub has to act',
  aws: 'AWS has to act',
};

export function sentence(words: string): string {
  const text = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
