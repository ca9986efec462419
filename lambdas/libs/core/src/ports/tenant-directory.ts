import type { TenantEdit } from '../decisions/decide-edit';
import type { TenantLookup, TenantStatus } from '../model/tenant';

/** What operators do with tenants: find, list, edit. */
export interface TenantDirectory {
  get(installationId: number): Promise<TenantLookup>;
  /** The same of many, a request for each hundred of them. */
  getAll(installationIds: readonly number[]): Promise<ReadonlyMap<number, TenantLookup>>;
  /** As the registry's. */
  tenantsWithMark(): Promise<readonly number[]>;
  /** The installations of that login, deleted ones too (an index: may lag). */
  findByName(orgName: string): Promise<readonly { readonly installationId: number; readonly status: string }[]>;
  /** A page of an index, by id: it may lag, and its cost does not grow with the table. */
  list(status: TenantStatus, page: TenantPageRequest): Promise<TenantPage>;
  /** Applies the edit only if what it expects still holds. Answers the row as it is then. */
  edit(
    installationId: number,
    edit: TenantEdit,
    note: EditNote,
  ): Promise<{ readonly ok: boolean; readonly lookup: TenantLookup }>;
}

/** `after`: the last id that was seen. */
export interface TenantPageRequest {
  readonly limit: number;
  readonly after?: number;
}

/** A page of the tenants of one status; `next` only while there may be more. */
export interface TenantPage {
  readonly tenants: readonly ListedTenant[];
  readonly next?: number;
}

/** What the index on the status holds of a row, as it is there: people edit rows. */
export interface ListedTenant {
  readonly installationId: number;
  readonly orgName: string;
  readonly tier: string;
  readonly maxRunners: string;
}

/** Kept in the row with every change, from where the stream carries it into the audit trail. */
export interface EditNote {
  /** The same for a repeated request, another for every other. */
  readonly id: string;
  /** Who: an ARN, or issuer and subject of a token. */
  readonly by: string;
  readonly via: 'api' | 'mtr';
  readonly reason: string;
  readonly at: Date;
}
