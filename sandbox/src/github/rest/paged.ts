import type { Answer, Call } from '../../lib/http';
import type { Json } from '../../lib/json';
import { pageSize } from './app-routes';

/** A page of a list, as most of GitHub's lists of Actions are answered. */
export function paged(call: Call, name: string, entries: readonly Json[]): Answer {
  return { status: 200, body: { total_count: entries.length, [name]: pageOf(call, entries) } };
}

/** A page of a list that is answered as such. */
export function listed(call: Call, entries: readonly Json[]): Answer {
  return { status: 200, body: pageOf(call, entries) };
}

function pageOf(call: Call, entries: readonly Json[]): readonly Json[] {
  const size = pageSize(call);
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  return entries.slice((page - 1) * size, page * size);
}
