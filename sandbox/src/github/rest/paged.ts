import type { Answer, Call } from '../../lib/http';
import type { Json } from '../../lib/json';
import { pageSize } from './app-routes';

/** A page of a list, as most of GitHub's lists of Actions are answered. */
export function paged(call: Call, name: string, entries: readonly Json[]): Answer {
  const size = pageSize(call);
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  return { status: 200, body: { total_count: entries.length, [name]: entries.slice((page - 1) * size, page * size) } };
}
