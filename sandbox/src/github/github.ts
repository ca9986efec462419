import { createDeliveries, type Deliveries, type Transport } from './webhooks/deliveries';
import { change, install, renameAccount, type Hub, type NewInstallation } from './state/installations';
import { jobContext, queueJob, type NewJob } from './state/jobs';
import type { Clock, Installation, Job } from './state/model';
import { jobWebhook, type JobAction, type Webhook } from './webhooks/payloads';
import { createStore, type Store } from './state/store';
import { APP_PERMISSIONS } from './rest/representations';
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
  readonly store: Store;
  readonly work: JobScheduler;
  readonly settings: SchedulerSettings;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** Undefined when the id is taken or the account already has an installation. */
  readonly install: (wanted: NewInstallation, told?: Announce) => Installation | undefined;
  readonly suspend: (id: number, told?: Announce) => Installation | undefined;
  readonly unsuspend: (id: number, told?: Announce) => Installation | undefined;
  readonly uninstall: (id: number, told?: Announce) => Installation | undefined;
  /** All that the App asks for. */
  readonly acceptPermissions: (id: number, told?: Announce) => Installation | undefined;
  readonly rename: (id: number, login: string, told?: Announce) => Installation | undefined;
  readonly queue: (wanted: NewJob, told?: Announce) => Job | undefined;
}

export interface GitHubOptions {
  readonly appId: number;
  readonly webhookSecret: string;
  readonly webhookUrl: () => string;
  readonly clock?: Clock;
  readonly transport?: Transport;
}

export function createGitHub({ appId, webhookSecret, webhookUrl, clock = Date.now, transport }: GitHubOptions): GitHub {
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
  const hub: Hub = { appId, store, clock, send };
  const announce = (action: JobAction, job: Job): void => {
    const context = jobContext(store, job);
    if (context !== undefined && job.hidden !== true) hub.send(jobWebhook(action, context));
  };
  const work = createJobScheduler({ store, settings, clock, announce });
  return {
    appId,
    startedAt: clock(),
    store,
    work,
    settings,
    deliveries,
    clock,
    install: (wanted, told = ANNOUNCED) => install(hub, wanted, told),
    suspend: (id, told = ANNOUNCED) => change(hub, id, { action: 'suspend', transition: suspend }, told),
    unsuspend: (id, told = ANNOUNCED) => change(hub, id, { action: 'unsuspend', transition: unsuspend }, told),
    uninstall: (id, told = ANNOUNCED) => change(hub, id, { action: 'deleted', transition: uninstall }, told),
    acceptPermissions: (id, told = ANNOUNCED) =>
      change(
        hub,
        id,
        { action: 'new_permissions_accepted', transition: (one, at) => accept(one, APP_PERMISSIONS, at) },
        told,
      ),
    rename: (id, login, told = ANNOUNCED) => renameAccount(hub, id, login, told),
    queue: (wanted, told = ANNOUNCED) => queueJob(hub, work, wanted, told),
  };
}

/** GitHub sends nothing else for an account that has suspended or removed the App. */
function isHeard(store: Store, webhook: Webhook): boolean {
  return webhook.event === 'installation' || store.installations.get(webhook.installationId)?.state === 'active';
}
