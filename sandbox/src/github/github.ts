import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGit, type Git } from './git/git';
import { createDeliveries, type Deliveries, type Transport } from './webhooks/deliveries';
import { change, install, renameAccount, type GitHubState, type NewInstallation } from './state/installations';
import { jobContext, queueJob, type NewJob } from './state/jobs';
import type { Clock, Installation, Job } from './state/model';
import { jobWebhook, type JobAction, type Webhook } from './webhooks/payloads';
import { createStore, type Store } from './state/store';
import { APP_PERMISSIONS } from './rest/representations';
import { runsOf } from './rest/runs';
import { runWebhook } from './webhooks/workflow-run';
import { accept, suspend, uninstall, unsuspend } from './state/transitions';
import {
  ANNOUNCED,
  createJobScheduler,
  type Announce,
  type JobScheduler,
  type SchedulerSettings,
} from './scheduler/job-scheduler';

export type { NewInstallation } from './state/installations';
export type { NewJob } from './state/jobs';

export interface GitHub {
  readonly appId: number;
  readonly startedAt: number;
  /** Where the App's webhook goes to now. */
  readonly webhookUrl: () => string;
  readonly store: Store;
  readonly work: JobScheduler;
  readonly settings: SchedulerSettings;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** What the repositories hold. */
  readonly git: Git;
  /** By repository, what was pushed to its branches, oldest first. */
  readonly moves: Map<number, BranchMove[]>;
  /** Sends a webhook, if the App hears it. */
  readonly send: (webhook: Webhook) => void;
  /** Undefined when the id is taken or the account already has an installation. */
  readonly install: (wanted: NewInstallation, options?: Announce) => Installation | undefined;
  readonly suspend: (id: number, options?: Announce) => Installation | undefined;
  readonly unsuspend: (id: number, options?: Announce) => Installation | undefined;
  readonly uninstall: (id: number, options?: Announce) => Installation | undefined;
  /** All that the App asks for. */
  readonly acceptPermissions: (id: number, options?: Announce) => Installation | undefined;
  readonly rename: (id: number, login: string, options?: Announce) => Installation | undefined;
  readonly queue: (wanted: NewJob, options?: Announce) => Job | undefined;
}

export interface BranchMove {
  readonly id: number;
  readonly node_id: string;
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly activity_type: 'push' | 'force_push' | 'branch_creation' | 'branch_deletion';
  readonly actor: null;
  /** Epoch milliseconds. */
  readonly at: number;
}

export interface GitHubOptions {
  readonly appId: number;
  readonly webhookSecret: string;
  readonly webhookUrl: () => string;
  readonly clock?: Clock;
  readonly transport?: Transport;
  /** Where git's repositories are kept; made when the first one is. */
  readonly gitFolder?: string;
}

export function createGitHub(options: GitHubOptions): GitHub {
  const { appId, webhookSecret, webhookUrl, clock = Date.now, transport } = options;
  const git = createGit(options.gitFolder ?? join(tmpdir(), `sandbox-git-${randomUUID()}`));
  const store = createStore();
  const settings: SchedulerSettings = { jobLengthMs: 3_000, lostRunnerMs: 15_000 };
  const deliveries = createDeliveries({
    appId,
    secret: webhookSecret,
    url: webhookUrl,
    clock,
    nextId: store.nextId,
    ...(transport && { transport }),
  });
  const send = (webhook: Webhook): void => {
    if (isHeard(store, webhook)) deliveries.send(webhook);
  };
  const state: GitHubState = { appId, store, clock, send };
  const announce = (action: JobAction, job: Job): void => {
    const context = jobContext(store, job);
    if (context === undefined || job.hidden === true) return;
    state.send(jobWebhook(action, context));
    const run = job.workflow && runsOf([...store.jobs.values()].filter(({ runId }) => runId === job.runId))[0];
    if (action === 'completed' && run?.status === 'completed') state.send(runWebhook('completed', run, context));
  };
  const work = createJobScheduler({ store, settings, clock, announce });
  return {
    appId,
    startedAt: clock(),
    webhookUrl,
    store,
    work,
    settings,
    deliveries,
    clock,
    git,
    moves: new Map(),
    send,
    install: (wanted, options = ANNOUNCED) => install(state, wanted, options),
    suspend: (id, options = ANNOUNCED) => change(state, id, { action: 'suspend', transition: suspend }, options),
    unsuspend: (id, options = ANNOUNCED) => change(state, id, { action: 'unsuspend', transition: unsuspend }, options),
    uninstall: (id, options = ANNOUNCED) => change(state, id, { action: 'deleted', transition: uninstall }, options),
    acceptPermissions: (id, options = ANNOUNCED) =>
      change(
        state,
        id,
        { action: 'new_permissions_accepted', transition: (one, at) => accept(one, APP_PERMISSIONS, at) },
        options,
      ),
    rename: (id, login, options = ANNOUNCED) => renameAccount(state, id, login, options),
    queue: (wanted, options = ANNOUNCED) => queueJob(state, work, wanted, options),
  };
}

/** An event comes only where its permission was granted. */
const EVENT_PERMISSIONS: Readonly<Record<string, string>> = { push: 'contents', pull_request: 'pull_requests' };

/** GitHub sends nothing else for an account that has suspended or removed the App. */
function isHeard(store: Store, webhook: Webhook): boolean {
  const installation = store.installations.get(webhook.installationId);
  const needed = EVENT_PERMISSIONS[webhook.event];
  if (needed !== undefined && installation?.permissions[needed] === undefined) return false;
  return webhook.event === 'installation' || installation?.state === 'active';
}
