import { object, text, texts, whole, type Json } from '../lib/json';

/** A job as the control API shows it. */
export interface ObservedJob {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly runnerName: string | null;
  readonly labels: readonly string[];
  readonly queuedAt: string;
  readonly startedAt: string | null;
}

/** A check on a commit, as people see it at GitHub. */
export interface ObservedCheck {
  readonly jobId: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly title: string;
}

export interface NewJob {
  readonly installationId: number;
  readonly size: string;
  /** `null` runs until `finish`. */
  readonly seconds?: number | null;
  /** Further fields: `public`, or `hidden` for a repository that the App can't access. */
  readonly more?: Json;
}

/** The people at GitHub, who install the App, push and cancel. */
export interface GitHubUserClient {
  readonly install: (login: string, type: 'Organization' | 'User') => Promise<number>;
  readonly suspend: (installationId: number) => Promise<void>;
  readonly unsuspend: (installationId: number) => Promise<void>;
  readonly uninstall: (installationId: number) => Promise<void>;
  readonly queue: (job: NewJob) => Promise<number>;
  readonly finish: (jobId: number) => Promise<void>;
  readonly cancel: (jobId: number) => Promise<void>;
  readonly jobs: (installationId: number) => Promise<readonly ObservedJob[]>;
  readonly checks: (installationId: number) => Promise<readonly ObservedCheck[]>;
  /** The OpenID Connect token that a step of the job can ask GitHub for. */
  readonly tokenOf: (jobId: number, asked: { readonly audience: string; readonly event?: string }) => Promise<string>;
}

export interface ObservedDelivery {
  /** The same for each attempt at one event. */
  readonly guid: string;
  readonly event: string;
  readonly statusCode: number;
  readonly seconds: number;
}

export interface GitHubCallCount {
  readonly route: string;
  readonly count: number;
}

/** The operator of the sandbox, who injects faults and reads what happened. */
export interface OperatorClient {
  readonly setWebhookTarget: (url: string) => Promise<void>;
  readonly addFault: (kind: 'github' | 'deliveries' | 'machines' | 'aws', fault: Json) => Promise<void>;
  /** Machine faults that no machine has had yet. */
  readonly machineFaultsLeft: () => Promise<number>;
  readonly clearFaults: () => Promise<void>;
  readonly setPolling: (queue: string, enabled: boolean) => Promise<void>;
  readonly endMachine: (instanceId: string) => Promise<void>;
  /** States of the tenant's machines. */
  readonly machineStates: (installationId: number) => Promise<readonly string[]>;
  /** Redelivers the installation's failed deliveries, each once; returns how many. */
  readonly redeliverFailed: (installationId: number) => Promise<number>;
  /** Attempts to deliver the installation's events, newest first. */
  readonly deliveries: (installationId: number) => Promise<readonly ObservedDelivery[]>;
  readonly gitHubCalls: (installationId: number) => Promise<readonly GitHubCallCount[]>;
  readonly resetGitHubCalls: () => Promise<void>;
}

export interface ControlClient {
  readonly user: GitHubUserClient;
  readonly operator: OperatorClient;
}

type Send = (method: string, path: string, body?: Json) => Promise<unknown>;

export function createControlClient(controlUrl: string, signal: AbortSignal): ControlClient {
  const send: Send = async (method, path, body) => {
    const answer = await fetch(`${controlUrl}${path}`, {
      method,
      signal,
      ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const content = await answer.text();
    if (!answer.ok)
      throw new Error(`The control API answered ${answer.status} to ${method} ${path}: ${content.slice(0, 300)}`);
    return content === '' ? undefined : JSON.parse(content);
  };
  return { user: createGitHubUserClient(send), operator: createOperatorClient(send) };
}

function createGitHubUserClient(send: Send): GitHubUserClient {
  return {
    install: async (login, type) => idOf(await send('POST', '/installations', { account: { login, type } })),
    suspend: async (id) => void (await send('POST', `/installations/${id}/suspend`)),
    unsuspend: async (id) => void (await send('POST', `/installations/${id}/unsuspend`)),
    uninstall: async (id) => void (await send('DELETE', `/installations/${id}`)),
    queue: async ({ installationId, size, seconds, more }) =>
      idOf(
        await send('POST', '/jobs', {
          installation_id: installationId,
          labels: ['self-hosted', 'linux', 'x64', size],
          name: `${size} build`,
          ...(seconds !== undefined && { seconds }),
          ...more,
        }),
      ),
    finish: async (jobId) => void (await send('POST', `/jobs/${jobId}/finish`, {})),
    cancel: async (jobId) => void (await send('POST', `/jobs/${jobId}/cancel`)),
    jobs: async (installationId) => listOf(await send('GET', `/jobs?installation_id=${installationId}`)).map(parseJob),
    checks: async (installationId) =>
      listOf(await send('GET', `/checks?installation_id=${installationId}`)).map((check) => ({
        jobId: Number((text(check['external_id']) ?? '').replace('job-', '')),
        status: text(check['status']) ?? '',
        conclusion: text(check['conclusion']) ?? null,
        title: text(check['title']) ?? '',
      })),
    tokenOf: async (jobId, asked) => text(object(await send('POST', `/jobs/${jobId}/token`, asked))?.['value']) ?? '',
  };
}

function createOperatorClient(send: Send): OperatorClient {
  const redelivered = new Set<number>();
  return {
    setWebhookTarget: async (url) => void (await send('POST', '/webhook-target', { url })),
    addFault: async (kind, fault) => void (await send('POST', `/faults/${kind}`, fault)),
    machineFaultsLeft: async () => listOf(object(await send('GET', '/faults'))?.['machines']).length,
    clearFaults: async () => void (await send('DELETE', '/faults')),
    setPolling: async (queue, enabled) => void (await send('PUT', `/faults/polling/${queue}`, { enabled })),
    endMachine: async (instanceId) => void (await send('POST', `/machines/${instanceId}/end`)),
    machineStates: async (installationId) =>
      listOf(await send('GET', '/machines'))
        .filter((machine) => machine['tenant_id'] === String(installationId))
        .map((machine) => text(machine['state']) ?? ''),
    redeliverFailed: async (installationId) => {
      const failed = listOf(await send('GET', `/deliveries?installation_id=${installationId}`))
        .filter((delivery) => text(delivery['status']) !== 'OK')
        .map(idOf)
        .filter((id) => !redelivered.has(id));
      for (const id of failed) {
        redelivered.add(id);
        await send('POST', `/deliveries/${id}/redeliver`);
      }
      return failed.length;
    },
    deliveries: async (installationId) =>
      listOf(await send('GET', `/deliveries?installation_id=${installationId}`)).map((delivery) => ({
        guid: text(delivery['guid']) ?? '',
        event: text(delivery['event']) ?? '',
        statusCode: whole(delivery['status_code']) ?? 0,
        seconds: Number(delivery['duration']),
      })),
    gitHubCalls: async (installationId) =>
      listOf(await send('GET', `/calls?installation_id=${installationId}`)).map((call) => ({
        route: text(call['route']) ?? '',
        count: whole(call['count']) ?? 0,
      })),
    resetGitHubCalls: async () => void (await send('POST', '/calls/reset')),
  };
}

function idOf(value: unknown): number {
  const id = whole(object(value)?.['id']);
  if (id === undefined) throw new Error('The control API answered without an id.');
  return id;
}

const listOf = (value: unknown): readonly Json[] =>
  (Array.isArray(value) ? value : []).map((entry) => object(entry) ?? {});

function parseJob(job: Json): ObservedJob {
  return {
    id: whole(job['id']) ?? 0,
    status: text(job['status']) ?? '',
    conclusion: text(job['conclusion']) ?? null,
    runnerName: text(job['runner_name']) ?? null,
    labels: texts(job['labels']) ?? [],
    queuedAt: text(job['queued_at']) ?? '',
    startedAt: text(job['started_at']) ?? null,
  };
}
