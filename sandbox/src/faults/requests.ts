import { object, oneOf, text, whole, type Json } from '../lib/json';
import type { DeliveryFault, GitHubFault, MachineFault } from './faults';

/** Bodies of the control API's faults. A string says what is wrong with it. */
export function readGitHubFault(body: unknown, now: number): GitHubFault | string {
  const wanted = object(body) ?? {};
  const kind = oneOf(['status', 'rate_limit', 'secondary_limit', 'slow'] as const, wanted['kind']);
  if (kind === undefined) return 'kind: none of status, rate_limit, secondary_limit, slow.';
  const status = whole(wanted['status']);
  if (kind === 'status' && (status === undefined || status < 400 || status > 599))
    return 'status: no status from 400 to 599.';
  const seconds = secondsOf(wanted);
  if (seconds === undefined) return 'seconds: not a number of at least 0.';
  const route = text(wanted['route']);
  const limit = kind === 'rate_limit' || kind === 'secondary_limit';
  return {
    kind,
    status: status ?? 403,
    seconds,
    ...(limit && { until: now + seconds * 1000 }),
    ...(route !== undefined && { route }),
    ...shared(wanted),
  };
}

export function readDeliveryFault(body: unknown): DeliveryFault | string {
  const wanted = object(body) ?? {};
  const kind = oneOf(['drop', 'duplicate', 'delay'] as const, wanted['kind']);
  if (kind === undefined) return 'kind: none of drop, duplicate, delay.';
  const seconds = secondsOf(wanted);
  if (seconds === undefined) return 'seconds: not a number of at least 0.';
  const event = text(wanted['event']);
  const action = text(wanted['action']);
  return {
    kind,
    seconds,
    ...(event !== undefined && { event }),
    ...(action !== undefined && { action }),
    ...shared(wanted),
  };
}

export function readMachineFault(body: unknown): MachineFault | string {
  const wanted = object(body) ?? {};
  return wanted['kind'] === 'never_boots' ? { kind: 'never_boots', ...shared(wanted) } : 'kind: not never_boots.';
}

function shared(wanted: Json): { installationId?: number; times?: number } {
  const installationId = whole(wanted['installation_id']);
  const times = whole(wanted['times']);
  return { ...(installationId !== undefined && { installationId }), ...(times !== undefined && { times }) };
}

function secondsOf(wanted: Json): number | undefined {
  const seconds = wanted['seconds'] ?? 0;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
