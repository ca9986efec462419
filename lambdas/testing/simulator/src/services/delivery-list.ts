import { SECOND, type DeliveryAttempt, type GitHubApp } from '@multi-tenant-runner/core';

/** The tenant all of whose deliveries fail. */
export const FLOODER = 666;
const TENANTS = 20;
const ONE_IN = 100;
const PAGE = 100;
/** From a request to its attempt. */
const REDELIVERED_AFTER = 2 * SECOND;

interface Attempt {
  readonly number: number;
  readonly guid: number;
  readonly at: number;
  readonly tenant: number;
  readonly ok: boolean;
  readonly redelivery: boolean;
  askedAt?: number;
}

/** GitHub's list of deliveries that come at a steady rate. */
export interface DeliveryList {
  readonly page: GitHubApp['listDeliveries'];
  readonly redeliver: GitHubApp['redeliver'];
  /** First attempts that failed. */
  failures(): readonly Attempt[];
}

export function createDeliveryList(load: {
  readonly rate: number;
  readonly flood: number;
  readonly now: () => number;
}): DeliveryList {
  const start = load.now();
  const all: Attempt[] = [];
  const failed: Attempt[] = [];
  const coming: { readonly guid: number; readonly at: number; readonly tenant: number }[] = [];
  const made = { steady: 0, flood: 0 };
  const add = (attempt: Omit<Attempt, 'number'>): void => {
    const listed = { ...attempt, number: all.length };
    all.push(listed);
    if (!attempt.ok) failed.push(listed);
  };
  const first = (at: number, tenant: number, ok: boolean): void =>
    add({ guid: all.length, at, tenant, ok, redelivery: false });
  const nextOf = (rate: number, count: number): number =>
    rate === 0 ? Number.POSITIVE_INFINITY : start + (count * SECOND) / rate;

  /** Lists what has happened by now, in the order in which it happened. */
  const catchUp = (): void => {
    for (;;) {
      const steady = nextOf(load.rate, made.steady);
      const flood = nextOf(load.flood, made.flood);
      const again = coming[0]?.at ?? Number.POSITIVE_INFINITY;
      const at = Math.min(steady, flood, again);
      if (at > load.now()) return;
      if (at === again) {
        const { guid = 0, tenant = 0 } = coming.shift() ?? {};
        add({ guid, at, tenant, ok: tenant !== FLOODER, redelivery: true });
      } else if (at === steady) {
        made.steady += 1;
        first(at, 1 + (made.steady % TENANTS), made.steady % ONE_IN !== 0);
      } else {
        made.flood += 1;
        first(at, FLOODER, false);
      }
    }
  };

  return {
    page: async (cursor, only) => {
      catchUp();
      const list = only === 'failure' ? failed : all;
      const end = cursor === undefined ? list.length : Number(cursor);
      const from = Math.max(0, end - PAGE);
      const attempts = list.slice(from, end).reverse().map(toAttempt);
      return { kind: 'page', attempts, ...(from > 0 && { cursor: String(from) }) };
    },
    redeliver: async (id) => {
      const attempt = all[Number(id)];
      if (attempt === undefined) return { kind: 'refused', status: 404, message: 'Not Found' };
      attempt.askedAt ??= load.now();
      coming.push({ guid: attempt.guid, tenant: attempt.tenant, at: load.now() + REDELIVERED_AFTER });
      return { kind: 'asked' };
    },
    failures: () => failed.filter(({ redelivery }) => !redelivery),
  };
}

function toAttempt({ number, guid, at, tenant, ok, redelivery }: Attempt): DeliveryAttempt {
  return {
    id: String(number),
    guid: `guid-${guid}`,
    deliveredAt: new Date(at).toISOString(),
    succeeded: ok,
    redelivery,
    event: 'workflow_job',
    action: 'queued',
    installationId: tenant,
  };
}
