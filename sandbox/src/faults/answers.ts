import { setTimeout as sleep } from 'node:timers/promises';
import { refusal } from '../github/rest/access';
import type { Interceptor } from '../github/rest/api';
import type { Transport } from '../github/webhooks/deliveries';
import type { Answer } from '../lib/http';
import { object, parse, text, whole } from '../lib/json';
import type { Faults, GitHubFault } from './faults';

/** Answers in GitHub's place where a fault says so. */
export function interceptorOf(faults: Faults, now: () => number = Date.now): Interceptor {
  return async (call) => {
    const fault = faults.takeGitHub(call, now());
    if (fault === undefined) return undefined;
    if (fault.kind === 'slow') await sleep(fault.seconds * 1000);
    return fault.kind === 'slow' ? undefined : answerOf(fault, call.installationId, now());
  };
}

function answerOf(fault: GitHubFault, installationId: number | undefined, now: number): Answer {
  const until = fault.until ?? now + fault.seconds * 1000;
  const seconds = Math.max(1, Math.ceil((until - now) / 1000));
  switch (fault.kind) {
    case 'rate_limit':
      return {
        ...refusal(403, `API rate limit exceeded for installation ID ${installationId ?? ''}.`),
        headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(until / 1000)) },
      };
    case 'secondary_limit':
      return {
        ...refusal(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.'),
        headers: { 'retry-after': String(seconds) },
      };
    default:
      return refusal(fault.status, `A fault of the sandbox answers ${fault.status}.`);
  }
}

/** How deliveries travel when some of them go wrong. */
export function unreliable(transport: Transport, faults: Faults): Transport {
  return async (request) => {
    const payload = object(parse(request.body));
    const installationId = whole(object(payload?.['installation'])?.['id']);
    const fault = faults.takeDelivery({
      event: request.headers['X-GitHub-Event'] ?? '',
      action: text(payload?.['action']),
      installationId,
    });
    if (fault?.kind === 'drop') return { status: 502, body: 'failed to connect' };
    if (fault?.kind === 'delay') await sleep(fault.seconds * 1000);
    if (fault?.kind === 'duplicate') await transport(request);
    return transport(request);
  };
}
