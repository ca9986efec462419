import { object, oneOf, text, texts, whole, type Json } from '../lib/json';
import type { GitHub, NewInstallation, NewJob } from '../github/github';
import { CONCLUSIONS, type Conclusion } from '../github/state/model';

/** Applies to the fake GitHub what a webhook signed by another program reports. */
export type ObservedWebhook =
  | { readonly kind: 'installed'; readonly installation: NewInstallation }
  | { readonly kind: 'suspended' | 'unsuspended' | 'uninstalled'; readonly installationId: number }
  | { readonly kind: 'renamed'; readonly installationId: number; readonly login: string }
  | { readonly kind: 'queued'; readonly job: NewJob & { readonly id: number } }
  | {
      readonly kind: 'ended';
      readonly installationId: number;
      readonly jobId: number;
      readonly conclusion: Conclusion;
    };

const SILENT = { announce: false } as const;
const CHANGES = { suspend: 'suspended', unsuspend: 'unsuspended', deleted: 'uninstalled' } as const;

export function observedWebhookOf(event: string, body: unknown): ObservedWebhook | undefined {
  const payload = object(body);
  const installation = object(payload?.['installation']);
  const installationId = whole(installation?.['id']);
  if (payload === undefined || installation === undefined || installationId === undefined) return undefined;
  if (event === 'installation') return installationLesson(payload, installation, installationId);
  if (event === 'installation_target') {
    const login = text(object(payload['account'])?.['login']);
    return payload['action'] === 'renamed' && login !== undefined
      ? { kind: 'renamed', installationId, login }
      : undefined;
  }
  return event === 'workflow_job' ? jobLesson(payload, installationId) : undefined;
}

export function applyObservedWebhook(github: GitHub, observed: ObservedWebhook): void {
  switch (observed.kind) {
    case 'installed':
      return void github.install(observed.installation, SILENT);
    case 'suspended':
      return void github.suspend(observed.installationId, SILENT);
    case 'unsuspended':
      return void github.unsuspend(observed.installationId, SILENT);
    case 'uninstalled':
      return void github.uninstall(observed.installationId, SILENT);
    case 'renamed':
      return void github.rename(observed.installationId, observed.login, SILENT);
    case 'queued':
      return learnJob(github, observed.job);
    case 'ended': {
      const known = github.store.jobs.get(observed.jobId);
      if (known?.installationId === observed.installationId)
        github.work.end(observed.jobId, observed.conclusion, SILENT);
    }
  }
}

function learnJob(github: GitHub, job: NewJob & { readonly id: number }): void {
  const known = github.store.jobs.get(job.id);
  if (known === undefined) return void github.queue(job, SILENT);
  if (known.installationId !== job.installationId) return;
  if (job.gated === true) github.work.shutGate(job.id, SILENT);
  else github.work.openGate(job.id, SILENT);
}

function installationLesson(payload: Json, installation: Json, id: number): ObservedWebhook | undefined {
  const change = Object.entries(CHANGES).find(([action]) => action === payload['action'])?.[1];
  if (change !== undefined) return { kind: change, installationId: id };
  const account = object(installation['account']);
  const login = text(account?.['login']);
  const type = oneOf(['Organization', 'User'] as const, account?.['type']);
  // An enterprise has no login: GitHub would answer no runner call for it either.
  if (payload['action'] !== 'created' || login === undefined || type === undefined) return undefined;
  const accountId = whole(account?.['id']);
  const repositories = repositoriesIn(payload['repositories']);
  // The permissions are the sandbox App's own, whatever the sample said: an installation grants what the App asks for.
  return {
    kind: 'installed',
    installation: {
      id,
      login,
      type,
      ...(accountId !== undefined && { accountId }),
      ...(repositories && { repositories }),
    },
  };
}

function repositoriesIn(value: unknown): NewInstallation['repositories'] {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((entry) => {
    const repository = object(entry);
    const name = text(repository?.['name']);
    const id = whole(repository?.['id']);
    return name === undefined
      ? []
      : [{ name, public: repository?.['private'] === false, ...(id !== undefined && { id }) }];
  });
}

function jobLesson(payload: Json, installationId: number): ObservedWebhook | undefined {
  const job = object(payload['workflow_job']);
  const id = whole(job?.['id']);
  if (job === undefined || id === undefined) return undefined;
  if (payload['action'] === 'completed')
    return { kind: 'ended', installationId, jobId: id, conclusion: oneOf(CONCLUSIONS, job['conclusion']) ?? 'success' };
  const labels = texts(job['labels']);
  const repository = object(payload['repository']);
  const name = text(repository?.['name']);
  if ((payload['action'] !== 'queued' && payload['action'] !== 'waiting') || labels === undefined || name === undefined)
    return undefined;
  const repositoryId = whole(repository?.['id']);
  const runId = whole(job['run_id']);
  const title = text(job['name']);
  return {
    kind: 'queued',
    job: {
      id,
      installationId,
      labels,
      repository: name,
      public: repository?.['private'] === false,
      gated: job['status'] === 'waiting',
      ...(repositoryId !== undefined && { repositoryId }),
      ...(runId !== undefined && { runId }),
      ...(title !== undefined && { name: title }),
    },
  };
}
