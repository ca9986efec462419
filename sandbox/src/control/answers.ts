import type { Answer, Call } from '../lib/http';
import { object, parse, type Json } from '../lib/json';

export function bodyOf(call: Call): Json {
  return object(parse(call.body)) ?? {};
}

export function map<T, U>(value: T | undefined, to: (value: T) => U): U | undefined {
  return value === undefined ? undefined : to(value);
}

export function missing(what: string, call: Call): Answer {
  return { status: 404, body: { message: `There is no ${what} ${call.params['id'] ?? ''}.` } };
}

export function badLength(): Answer {
  return { status: 400, body: { message: 'seconds: not a number of at least 0 (null: until finished on request).' } };
}
