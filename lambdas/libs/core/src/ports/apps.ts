import type { App, AppSlot, LiveVersion, RemovalProof } from '../model/app';
import type { AppHost } from '../model/app-host';
import type { AppQuota, AppSettings } from '../model/app-settings';
import type { AppSize } from '../model/app-size';
import type { Deployment, DeploymentState } from '../model/deployment';
import type { LeaseHolder } from '../model/launch';
import type { Changes, Written } from './rows';

/** What of a quota a request would exceed. */
export type OverQuota = 'apps' | 'tasks' | 'vcpu' | 'memory' | 'secrets';

/**
 * `exists`: this tenant has an app of that name, as it stands. `taken`: another tenant has the name or one like it, or
 * had it less than 30 days ago.
 */
export type AppCreation =
  | { readonly kind: 'created'; readonly app: App }
  | { readonly kind: 'exists'; readonly app: App }
  | { readonly kind: 'taken' }
  | { readonly kind: 'over'; readonly what: OverQuota };

export type AppResize =
  | { readonly kind: 'resized'; readonly app: App }
  | { readonly kind: 'changed' }
  | { readonly kind: 'over'; readonly what: OverQuota };

/** Without a version it is a claim, and nothing for the deployer to look at. */
export type AppSecretsChanges = Required<Pick<App, 'secrets'>> & Partial<Pick<App, 'secretsVersion'>>;

export type SecretsOutcome =
  | { readonly kind: 'set'; readonly app: App }
  | { readonly kind: 'changed' }
  | { readonly kind: 'over'; readonly what: OverQuota };

/** What a resize may change besides, which is no part of a quota. */
export type AppResizing = AppSize & Partial<Pick<App, 'port' | 'healthPath'>>;

/** Of own domains: `taken` is one that another app has, of whichever tenant. */
export type HostsOutcome =
  | { readonly kind: 'set'; readonly app: App }
  | { readonly kind: 'changed' }
  | { readonly kind: 'taken' };

/** A domain that the app gets with this write, or one that anybody may have from now on. */
export interface HostsClaim {
  readonly takes?: string;
  readonly gives?: string;
}

/** What of its quota a tenant has in use. */
export interface QuotaUse {
  readonly apps: ReadonlySet<string>;
  readonly tasks: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  readonly secrets: number;
}

/** What a look leaves in the row beside when the app is due. */
export type AppRest = Pick<App, 'asked' | 'due' | 'head' | 'headDue' | 'restedTenant' | 'restsUntil'> &
  Changes<Pick<App, 'settledAs' | 'settledUntil' | 'stood'>>;

export interface AppPage {
  readonly apps: readonly App[];
  readonly next?: string;
}

/** All reads but those of an index are strongly consistent. */
export interface AppStore {
  settings(): Promise<AppSettings | undefined>;
  /** A deleted one too. */
  get(app: string): Promise<App | undefined>;
  /** The name, the app and its share of the quota, in one write or not at all. */
  create(app: App, quota: AppQuota): Promise<AppCreation>;
  /** The size and its share of the quota, in one write or not at all; only if no other write reached the row. */
  resize(app: App, size: AppResizing, quota: AppQuota): Promise<AppResize>;
  /** Only if no other write reached the row, and then asks the deployer to look. */
  change(app: App, changes: Changes<App>, now: Date): Promise<Written<App>>;
  /**
   * Its own domains as they are from now on, with what it takes or gives, in one write or not at all: a domain is one
   * app's over all tenants. Only if no other write reached the row.
   */
  setHosts(app: App, hosts: readonly AppHost[], claim: HostsClaim, now: Date): Promise<HostsOutcome>;
  /** Its secrets and their share of the quota, in one write or not at all; only if no other write reached the row. */
  setSecrets(app: App, changes: AppSecretsChanges, quota: AppQuota, now: Date): Promise<SecretsOutcome>;
  /** Asks the deployer to look; answers whether there is such an app. */
  ask(app: string, now: Date): Promise<boolean>;
  /** Of a tenant, by name, without deleted ones (an index: may lag). */
  pageOfTenant(installationId: number, page: { readonly after?: string; readonly limit: number }): Promise<AppPage>;
  quotaUse(installationId: number): Promise<QuotaUse>;
  /** Names of apps that the deployer is to look at by now, longest due first (an index: may lag). */
  due(now: Date, limit: number): Promise<readonly string[]>;
  /** Only if nobody else's lives. */
  takeLease(app: string, holder: LeaseHolder, now: Date): Promise<Written<App>>;
  /** Only if nobody asked since `asked`, and then it is due at `due`; false: look again. */
  rest(app: string, holder: LeaseHolder, seen: AppRest): Promise<boolean>;
  /** Whatever was asked: who holds it could not go on. @param seen.isUnsure what stands is to be looked at anew */
  giveBack(app: string, holder: LeaseHolder, seen: { readonly due: number; readonly isUnsure: boolean }): Promise<void>;
  /** Only if the priority is free there and fewer than `limit` are taken; the holder of the lease calls. */
  takeSlot(app: App, slot: AppSlot, limit: number): Promise<'taken' | 'refused'>;
  /** Priorities that are taken at a load balancer. */
  slotsOf(alb: number): Promise<ReadonlySet<number>>;
  /**
   * `deleting` → `deleted`, unless somebody asked since the app was read; its slot, its domains, its quota and
   * in 30 days its name are free for others.
   */
  finishDeletion(app: App, proof: RemovalProof, now: Date): Promise<Written<App>>;
}

/**
 * `older`: a newer one was asked for; the row says superseded. `tie`: both are of one second, so only GitHub knows, and
 * nothing was written. `gone`: there is no such app, or it is being deleted.
 */
export type DeploymentRequest =
  | { readonly kind: 'wanted' }
  | { readonly kind: 'exists' }
  | { readonly kind: 'older' }
  | { readonly kind: 'tie'; readonly with: string }
  | { readonly kind: 'gone' };

export interface DeploymentPage {
  readonly deployments: readonly Deployment[];
  readonly next?: string;
}

export interface DeploymentGuard {
  readonly from: readonly DeploymentState[];
}

/** `live`: the app runs it from now on, and what it `replaces` no more. */
export interface DeploymentEnd {
  readonly changes: Changes<Deployment>;
  readonly live?: LiveVersion;
  readonly replaces?: string;
}

export interface DeploymentStore {
  /**
   * The row, and the app's wish for it if it is the newest, in one write. The same one twice is one.
   *
   * @param newerThan GitHub said that it is newer than this one of the same second
   */
  request(deployment: Deployment, newerThan?: string): Promise<DeploymentRequest>;
  get(key: Pick<Deployment, 'appKey' | 'deploymentId'>): Promise<Deployment | undefined>;
  change(
    deployment: Pick<Deployment, 'appKey' | 'deploymentId'>,
    guard: DeploymentGuard,
    changes: Changes<Deployment>,
  ): Promise<Written<Deployment>>;
  /** → `building`, counted against the tenant's builds of this hour in the same write. */
  startBuild(deployment: Deployment, perHour: number, now: Date): Promise<'started' | 'over' | 'changed'>;
  /** An end, and the app no longer has it among the unfinished; a live one becomes what the app runs. */
  end(deployment: Deployment, guard: DeploymentGuard, end: DeploymentEnd): Promise<Written<Deployment>>;
  /** Newest first. */
  page(appKey: string, page: { readonly after?: string; readonly limit: number }): Promise<DeploymentPage>;
}
