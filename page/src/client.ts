import type {
  DeadLetters,
  Explanation,
  JobFacts,
  LimitFacts,
  Me,
  NetFacts,
  Overview,
  StartTimes,
  TenantFigures,
  TenantUsage,
} from './model/facts';

/** What the API refused, in its own words. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface Paged<T> {
  readonly rows: readonly T[];
  readonly cursor?: string;
}

/** What the page reads: nothing here changes anything. */
export interface Client {
  me(): Promise<Me>;
  overviews(cursor?: string): Promise<Paged<Overview>>;
  overview(tenant: number): Promise<Overview>;
  findTenant(login: string): Promise<number | undefined>;
  job(tenant: number, job: number): Promise<JobFacts>;
  why(tenant: number, job: number): Promise<Explanation>;
  usages(month: string, cursor?: string): Promise<Paged<TenantFigures>>;
  usage(tenant: number, month: string): Promise<TenantUsage>;
  stats(tenant: number): Promise<readonly StartTimes[]>;
  limits(tenant: number): Promise<readonly LimitFacts[]>;
  nets(): Promise<readonly NetFacts[]>;
  deadLetters(): Promise<readonly DeadLetters[]>;
}

/** @param base the API's address, which is the page's own without its last part */
export function createClient(base: string, token: string): Client {
  const get = async <T>(path: string, query: Readonly<Record<string, string | undefined>> = {}): Promise<T> => {
    const asked = new URLSearchParams(
      Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ).toString();
    let answer: Response;
    try {
      const headers = { authorization: `Bearer ${token}` };
      answer = await fetch(`${base}${path}${asked === '' ? '' : `?${asked}`}`, { headers, credentials: 'omit' });
    } catch {
      throw new Refusal(0, 'The API does not answer. Is the network there, and "mtr open" still running?');
    }
    const body = await answer.json().catch(() => ({}));
    if (answer.ok) return body;
    throw new Refusal(answer.status, body.detail ?? body.message ?? `The API answered ${answer.status}.`);
  };
  return {
    me: () => get('/me'),
    overviews: async (cursor) => {
      const page = await get<{ tenants: Overview[]; next_cursor?: string }>('/overview', { cursor, limit: '50' });
      return paged(page.tenants, page.next_cursor);
    },
    overview: (tenant) => get(`/tenants/${tenant}/overview`),
    findTenant: async (login) => {
      type Found = { tenants: { installation_id: number; status: string }[] };
      const { tenants } = await get<Found>(`/logins/${encodeURIComponent(login)}`);
      return (tenants.find(({ status }) => status !== 'deleted') ?? tenants.at(-1))?.installation_id;
    },
    job: (tenant, job) => get(`/tenants/${tenant}/jobs/${job}`),
    why: (tenant, job) => get(`/tenants/${tenant}/jobs/${job}/why`),
    usages: async (month, cursor) => {
      const page = await get<{ sums: TenantFigures[]; next_cursor?: string }>('/usage', {
        month,
        cursor,
        limit: '100',
      });
      return paged(page.sums, page.next_cursor);
    },
    usage: (tenant, month) => get(`/tenants/${tenant}/usage`, { month }),
    stats: async (tenant) => (await get<{ sizes: StartTimes[] }>(`/tenants/${tenant}/stats`)).sizes,
    limits: async (tenant) => (await get<{ limits: LimitFacts[] }>(`/tenants/${tenant}/limits`)).limits,
    nets: async () => (await get<{ nets: NetFacts[] }>('/health/nets')).nets,
    deadLetters: async () => (await get<{ queues: DeadLetters[] }>('/dead-letters')).queues,
  };
}

function paged<T>(rows: readonly T[], cursor: string | undefined): Paged<T> {
  return { rows, ...(cursor !== undefined && { cursor }) };
}
