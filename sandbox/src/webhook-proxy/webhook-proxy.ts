import { timingSafeEqual } from 'node:crypto';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { sign } from '../github/webhooks/deliveries';
import type { GitHub } from '../github/github';
import type { Answer, Call, Handler } from '../lib/http';
import { parse } from '../lib/json';
import { applyObservedWebhook, observedWebhookOf } from './apply-observed-webhook';

export interface WebhookProxyOptions {
  readonly github: GitHub;
  readonly webhookSecret: string;
  /** The real API's URL; unknown until Terraform has made it. */
  readonly target: () => string | undefined;
}

/** Belong to one connection, not to the message (RFC 9110, 7.6.1), or are worked out anew by the sender. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'host',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'expect',
  'upgrade',
  'te',
  'trailer',
]);
const agent = new Agent({ keepAlive: true });
const API_TIME_OUT_MS = 30_000;

/** Where webhooks arrive: they reach the API untouched, and the fake GitHub learns from those it didn't send itself. */
export function createWebhookProxy({ github, webhookSecret, target }: WebhookProxyOptions): Handler {
  return async (call) => {
    if (call.path !== '/webhook') return { status: 404, body: { message: 'The sandbox listens at POST /webhook.' } };
    const url = target();
    if (url === undefined)
      return { status: 503, body: { message: 'The API does not exist yet: the sandbox is still coming up.' } };
    // GitHub changes its state before it sends a webhook, so this applies the change before it forwards.
    if (call.method === 'POST') teach(github, webhookSecret, call);
    return forward(url, call);
  };
}

function teach(github: GitHub, secret: string, call: Call): void {
  if (github.deliveries.isOurs(header(call.headers, 'x-github-delivery'))) return;
  if (!isSigned(secret, call.body, header(call.headers, 'x-hub-signature-256'))) return;
  const observed = observedWebhookOf(header(call.headers, 'x-github-event'), parse(call.body));
  if (observed !== undefined) applyObservedWebhook(github, observed);
}

function isSigned(secret: string, body: Buffer, signature: string): boolean {
  const expected = Buffer.from(sign(secret, body));
  const given = Buffer.from(signature);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** By node's own client: fetch would add headers of its own. */
function forward(url: string, call: Call): Promise<Answer> {
  return new Promise((resolve) => {
    const fail = (error: Error): void =>
      resolve({ status: 502, body: { message: `The API at ${url} did not answer: ${error.message}` } });
    const headers = { ...passedOn(call.headers), 'content-length': String(call.body.length) };
    const outgoing = request(url, { method: call.method, headers, agent, timeout: API_TIME_OUT_MS }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', fail);
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 502, headers: passedOn(answer.headers), body: Buffer.concat(chunks) }),
      );
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer in ${API_TIME_OUT_MS / 1000} s`)));
    outgoing.on('error', fail);
    outgoing.end(call.body);
  });
}

function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const kept = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
}
