import { createDeliveries, type Deliveries, type Transport } from './deliveries';
import { change, install, renameAccount, type Hub, type NewInstallation } from './installations';
import { jobContext, queueJob, type NewJob } from './jobs';
import type { Clock, Installation, Job } from './model';
import { jobWebhook, type JobAction, type Webhook } from './payloads';
import { createStore, type Store } from './store';
import { APP_PERMISSIONS } from './representations';
import { accept, suspend, uninstall, unsuspend } from './transitions';
import { ALOUD, createWork, type Told, type Work, type WorkSettings } from './work';

export type { NewInstallation } from './installations';
export type { NewJob } from './jobs';

export interface GitHub {
  readonly appId: number;
  readonly startedAt: number;
  readonly store: Store;
  readonly work: Work;
  readonly settings: WorkSettings;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  /** Undefined when the id is taken or the account already has an installation. */
  readonly install: (wanted: NewInstallation, told?: Told) => Installation | undefined;
  readonly suspend: (id: number, told?: Told) => Installation | undefined;
  readonly unsuspend: (id: number, told?: Told) => Installation | undefined;
  readonly uninstall: (id: number, told?: Told) => Installation | undefined;
  /** All that the App asks for. */
  readonly acceptPermissions: (id: number, told?: Told) => Installation | undefined;
  readonly rename: (id: number, login: string, told?: Told) => Installation | undefined;
  readonly queue: (wanted: NewJob, told?: Told) => Job | undefined;
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
  const settings: WorkSettings = { jobLengthMs: 3_000, lostRunnerMs: 15_000 };
  const deliveries = createDeliveries({ appId, secret: webhookSecret, url: webhookUrl, clock, nextId: store.nextId, ...(transport && { transport }) });
  const send = (webhook: Webhook): void => {
    if (isHeard(store, webhook)) deliveries.send(webhook);
  };
  const hub: Hub = { appId, store, clock, send };
  const announce = (action: JobAction, job: Job): void => {
    const context = jobContext(store, job);
    if (context !== undefined && job.hidden !== true) hub.send(jobWebhook(action, context));
  };
  const work = createWork({ store, settings, clock, announce });
  return {
    appId,
    startedAt: clock(),
    store, work, settings, deliveries, clock,
    install: (wanted, told = ALOUD) => install(hub, wanted, told),
    suspend: (id, told = ALOUD) => change(hub, id, { action: 'suspend', transition: suspend }, told),
    unsuspend: (id, told = ALOUD) => change(hub, id, { action: 'unsuspend', transition: unsuspend }, told),
    uninstall: (id, told = ALOUD) => change(hub, id, { action: 'deleted', transition: uninstall }, told),
    acceptPermissions: (id, told = ALOUD) => change(hub, id, { action: 'new_permissions_accepted', transition: (one, at) => accept(one, APP_PERMISSIONS, at) }, told),
    rename: (id, login, told = ALOUD) => renameAccount(hub, id, login, told),
    queue: (wanted, told = ALOUD) => queueJob(hub, work, wanted, told),
  };
}

/** GitHub sends nothing else for an account that has suspended or removed the App. */
function isHeard(store: Store, webhook: Webhook): boolean {
  return webhook.event === 'installation' || store.installations.get(webhook.installationId)?.state === 'active';
}
