import { object, text, texts, whole, type Json } from '../lib/json';

export interface SteeredJob {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly runnerName: string | null;
  readonly labels: readonly string[];
  readonly queuedAt: string;
  readonly startedAt: string | null;
}

/** The demo's hands: GitHub's people, who install the App, push and click. */
export interface SandboxClient {
  readonly install: (login: string, type: 'Organization' | 'User') => Promise<number>;
  readonly suspend: (installationId: number) => Promise<void>;
  readonly unsuspend: (installationId: number) => Promise<void>;
  readonly uninstall: (installationId: number) => Promise<void>;
  /** `seconds: null` runs until it is told to finish. */
  readonly queue: (job: { installationId: number; size: string; seconds?: number | null }) => Promise<number>;
  readonly finish: (jobId: number) => Promise<void>;
  readonly jobs: (installationId: number) => Promise<readonly SteeredJob[]>;
}

export function createSandboxClient(controlUrl: string, signal: AbortSignal): SandboxClient {
  const call = async (method: string, path: string, body?: Json): Promise<unknown> => {
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
  const idOf = (value: unknown): number => whole(object(value)?.['id']) ?? 0;
  return {
    install: async (login, type) => idOf(await call('POST', '/installations', { account: { login, type } })),
    suspend: async (id) => void (await call('POST', `/installations/${id}/suspend`)),
    unsuspend: async (id) => void (await call('POST', `/installations/${id}/unsuspend`)),
    uninstall: async (id) => void (await call('DELETE', `/installations/${id}`)),
    queue: async ({ installationId, size, seconds }) => {
      const labels = ['self-hosted', 'linux', 'x64', size];
      return idOf(
        await call('POST', '/jobs', {
          installation_id: installationId,
          labels,
          name: `${size} build`,
          ...(seconds !== undefined && { seconds }),
        }),
      );
    },
    finish: async (jobId) => void (await call('POST', `/jobs/${jobId}/finish`, {})),
    jobs: async (installationId) => {
      const listed = await call('GET', `/jobs?installation_id=${installationId}`);
      return Array.isArray(listed) ? listed.map(readJob) : [];
    },
  };
}

function readJob(value: unknown): SteeredJob {
  const job = object(value) ?? {};
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
