import { isObject } from '@multi-tenant-runner/core';
import { header, type HttpRequest } from '@multi-tenant-runner/runtime';

/** A signed delivery whose body is a JSON object. */
export interface Delivery {
  readonly event: string;
  readonly deliveryId: string;
  readonly payload: Readonly<Record<string, unknown>>;
}

export interface Refusal {
  readonly status: number;
  /** For the metric; the message is for the operator. */
  readonly reason:
    | 'foreign-app'
    | 'form-encoded'
    | 'no-event'
    | 'too-large'
    | 'not-json'
    | 'not-an-object'
    | 'malformed';
  readonly message: string;
}

export type ParsedDelivery =
  | { readonly ok: true; readonly delivery: Delivery }
  | { readonly ok: false; readonly refusal: Refusal };

/** A `workflow_job` has about 12 KB; an installation event lists every repository and may be much larger. */
const MAX_JOB_BYTES = 1_000_000;
const MAX_DELIVERY_ID = 100;

/** Parses a delivery with a valid signature. An error here comes from a setting, and each message names it. */
export function parseDelivery(request: HttpRequest, body: Buffer, appId: string): ParsedDelivery {
  const foreign = foreignTarget(request, appId);
  if (foreign !== undefined) return refused(403, 'foreign-app', foreign);
  const event = header(request, 'x-github-event');
  if (event === undefined)
    return refused(400, 'no-event', 'The header X-GitHub-Event is missing, so this is not a GitHub delivery.');
  if (isForm(request, body)) {
    return refused(
      415,
      'form-encoded',
      "The body is form-encoded. Set the content type of the App's webhook to application/json.",
    );
  }
  if (event === 'workflow_job' && body.length > MAX_JOB_BYTES) {
    return refused(413, 'too-large', `The workflow_job has ${body.length} bytes; the limit is ${MAX_JOB_BYTES}.`);
  }
  const payload = parseObject(body);
  if (typeof payload === 'string')
    return refused(400, payload, payload === 'not-json' ? 'The body is not JSON.' : 'The body is not a JSON object.');
  const deliveryId = header(request, 'x-github-delivery')?.slice(0, MAX_DELIVERY_ID) ?? 'none';
  return { ok: true, delivery: { event, deliveryId, payload } };
}

/** The secret does not prove whose webhook it is: a repository's webhook may use the same one. */
function foreignTarget(request: HttpRequest, appId: string): string | undefined {
  const type = header(request, 'x-github-hook-installation-target-type');
  const id = header(request, 'x-github-hook-installation-target-id');
  if (type !== undefined && type !== 'integration') {
    return `This is a webhook of a ${type}, not of the GitHub App. Remove it: the App's own webhook is enough.`;
  }
  if (id !== undefined && id !== appId)
    return `This is a webhook of App ${id}, but this environment serves App ${appId}.`;
  return undefined;
}

function isForm(request: HttpRequest, body: Buffer): boolean {
  const contentType = header(request, 'content-type')?.toLowerCase() ?? '';
  return (
    contentType.startsWith('application/x-www-form-urlencoded') || body.subarray(0, 8).toString('latin1') === 'payload='
  );
}

function parseObject(body: Buffer): Readonly<Record<string, unknown>> | 'not-json' | 'not-an-object' {
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    return 'not-json';
  }
  return isObject(value) ? value : 'not-an-object';
}

export function refused(
  status: number,
  reason: Refusal['reason'],
  message: string,
): { readonly ok: false; readonly refusal: Refusal } {
  return { ok: false, refusal: { status, reason, message } };
}

/** A value of the payload for a message: it may be anything, even a value that has no string form. */
export function wordOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 64) : 'none';
}

/** GitHub's id of the installation; webhooks of repositories and organisations have none, and it is never guessed. */
export function installationIdOf(payload: Readonly<Record<string, unknown>>): number | undefined {
  const installation = payload['installation'];
  const id = isObject(installation) ? installation['id'] : undefined;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
