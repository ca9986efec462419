type Payload = Readonly<Record<string, unknown>>;

/**
 * Bytes of an entry's detail. EventBridge took 256 KB until 2026 and takes 1 MB since; what is behind its rules may
 * take less, and the event as it is delivered has some hundred bytes besides.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html
 */
const MOST = 255_000;

/**
 * A push lists up to 2,048 commits with all their files, and GitHub sends up to 25 MB. One that is too large for the
 * bus goes without that list: who wants it asks GitHub to compare `before` and `after`.
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#push
 */
const PUSH = [
  'ref',
  'before',
  'after',
  'base_ref',
  'created',
  'deleted',
  'forced',
  'compare',
  'repository',
  'organization',
  'pusher',
  'sender',
  'installation',
] as const;

/** The payload, unchanged if it fits on the bus; undefined: it does not. Pure. */
export function fitOnBus(event: string, payload: Payload): Payload | undefined {
  if (fits(payload)) return payload;
  if (event !== 'push') return undefined;
  const shorter = Object.fromEntries(PUSH.flatMap((name) => (name in payload ? [[name, payload[name]]] : [])));
  return fits(shorter) ? shorter : undefined;
}

function fits(payload: Payload): boolean {
  return Buffer.byteLength(JSON.stringify(payload)) <= MOST;
}
