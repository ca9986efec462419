import type { AccountPolicy } from '../model/account-policy';
import type { Circuit } from '../model/circuit';
import type { KnownGroup } from '../model/known-group';
import type { LifecycleAccount } from '../model/lifecycle-event';
import type { OpenMark } from '../model/open-mark';
import type { SuspendedBy, TenantLookup } from '../model/tenant';
import type { CapMark, CapReason, TenantUsage } from '../model/usage-caps';

export interface TenantRegistry {
  /** Strongly consistent. */
  get(installationId: number): Promise<TenantLookup>;
  /**
   * Writes how many slots are held, as `count` finds it, over whatever stands there. Only if none was taken or given
   * back since before `count` looked; else it counts again, a few times. Not while an admission is so fresh that
   * `count` may miss it (`isCountable`). Answers whether the row said otherwise, and no longer does.
   *
   * @param at now, and where a number of changes starts that was none
   */
  recountSlots(installationId: number, at: Date, count: () => Promise<number>): Promise<boolean>;
  /**
   * Remembers until when GitHub wants to hear nothing of the installation; a later time that stands stays. Answers
   * whether it was written.
   */
  limitGitHub(installationId: number, until: Date): Promise<boolean>;
  /** Remembers where GitHub takes the tenant's runners; null forgets it. Answers whether it was written. */
  rememberGroup(installationId: number, known: KnownGroup | null): Promise<boolean>;
  /**
   * Writes what a tenant with caps has used, unless a later reading stands there. Answers whether it was written.
   */
  recordUsage(installationId: number, usage: TenantUsage): Promise<boolean>;
  /**
   * Writes that a cap was met, unless that stands there for the same day or month, or that it was reached. Answers
   * whether it was written: of several at once, one writes it.
   */
  markCap(installationId: number, reason: CapReason, mark: CapMark): Promise<boolean>;
  /**
   * Changes a tier's circuit if it is still the one that `change` was asked about, else asks again. `null` removes it,
   * undefined leaves it as it is. Answers whether it was written; of several at once each sees what the one before
   * wrote.
   */
  changeCircuit(
    installationId: number,
    tier: string,
    change: (circuit: Circuit | undefined) => Circuit | null | undefined,
  ): Promise<boolean>;
  /** Marks the row, and makes one of the mark alone where there is none: something of the tenant is open. */
  markOpen(installationId: number): Promise<void>;
  /** Takes the mark away, unless a slot was taken or given back since the row was read. Answers whether it did. */
  clearMark(installationId: number, seen: OpenMark): Promise<boolean>;
  /** Whose row has the mark: all that have something open that was admitted, and a few more (an index: may lag). */
  tenantsWithMark(): Promise<readonly number[]>;
  /** Uninstalled tenants whose clean-up is not done (an index: may lag). */
  tenantsToCleanUp(): Promise<readonly number[]>;
  /** Pages over all rows, deleted ones too, strongly consistent. */
  list(cursor?: string): Promise<{ readonly lookups: readonly TenantLookup[]; readonly cursor?: string }>;
}

/** What only the tenant's lifecycle writes. Each answers whether it changed the row. */
export interface TenantLifecycle {
  /** Needs no row or a row without org_name; never revives a deleted one. Keeps tier, limit and times that stand. */
  create(entry: NewTenant): Promise<boolean>;
  suspend(installationId: number, changedAt: string, options?: Ordering): Promise<LifecycleOutcome>;
  unsuspend(installationId: number, changedAt: string, options?: Ordering): Promise<LifecycleOutcome>;
  /** Final; leaves a tombstone where there was no row. Sets `cleanup = pending` at the first time only. */
  markDeleted(installationId: number, account: LifecycleAccount, now: Date): Promise<boolean>;
  rename(installationId: number, orgName: string, now: Date): Promise<boolean>;
  setSecurityGroup(installationId: number, groupId: string): Promise<boolean>;
  /** `cleanup` pending → done; true exactly once. */
  finishCleanup(installationId: number, now: Date): Promise<boolean>;
  /** Other rows of the same account (an index: may lag), newest id last. */
  findByAccount(accountId: number): Promise<readonly number[]>;
  /**
   * Answers what was decided about the account in an earlier installation's row, and leaves there to whom it went, in
   * one write: no edit of the row falls between.
   */
  handOver(installationId: number, to: number): Promise<Handover>;
  /** The account that each login of the allow list was pinned to, by login in lower case. */
  listPins(): Promise<ReadonlyMap<string, number>>;
  /** Pins a login for good. Answers the account that it is pinned to, which is the first one's. */
  pinLogin(login: string, accountId: number): Promise<number>;
  /** Writes what an operator changed in the row of an earlier installation; `null` removes. */
  carryOver(installationId: number, changes: Readonly<Record<string, unknown>>): Promise<void>;
}

/** `follow`: a later installation took it over. `none`: the row never was a tenant's. */
export type Handover =
  | { readonly kind: 'taken'; readonly policy: AccountPolicy }
  | { readonly kind: 'follow'; readonly to: number }
  | { readonly kind: 'none' };

export interface Ordering {
  /** GitHub was asked after a tie: the change applies although the row's last one has the same time. */
  readonly settled?: boolean;
}

export interface NewTenant {
  readonly installationId: number;
  readonly orgName: string;
  readonly orgType: 'Organization' | 'User';
  readonly accountId: number;
  /** Unless the row or `decisions` have them. */
  readonly tier: string;
  readonly maxRunners: number;
  /** What was decided about the account, by attribute; what a hand wrote into the row before still counts. */
  readonly decisions?: AccountPolicy['decisions'];
  readonly previousInstallationId?: number;
  /** Whose suspension it starts with, unless a hand wrote `active` into the row before. */
  readonly suspendedBy?: Exclude<SuspendedBy, 'github'>;
  readonly now: Date;
}

/** `tie`: the row's last change has the same time, so only GitHub knows the order. */
export type LifecycleOutcome = 'changed' | 'unchanged' | 'tie';

/** The logins of the allow list that are pinned to an account, as an operator sees them. */
export interface LoginPins {
  /** By login in lower case: the account that had it. */
  list(): Promise<ReadonlyMap<string, number>>;
  /** Answers whether it was pinned to that account until now. */
  remove(login: string, accountId: number): Promise<boolean>;
}
