/** How a change was made. `table`: an edit of the row by hand; `module`: a function of ours, by its own rules. */
export const AUDIT_VIAS = ['api', 'mtr', 'table', 'github', 'module', 'unknown'] as const;
export type AuditVia = (typeof AUDIT_VIAS)[number];

/** What was changed, by whom and why. Written once, never again. */
export interface AuditEntry {
  /** 0: the whole fleet. */
  readonly installationId: number;
  /** ISO 8601. */
  readonly at: string;
  /** The same for a change that is reported twice. */
  readonly id: string;
  /** Such as `tenant.suspended` or `launches.frozen`. */
  readonly action: string;
  /** An ARN with its session, or issuer and subject of a token; `unknown` for who edited a table. */
  readonly actor: string;
  readonly via: AuditVia;
  readonly reason?: string;
  readonly requestId?: string;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/** Append-only: nothing here changes or removes an entry. */
export interface AuditTrail {
  /** Answers whether it was written; false: it stands already. */
  record(entry: AuditEntry): Promise<boolean>;
  /** Newest first. */
  ofTenant(installationId: number, page: AuditPageRequest): Promise<AuditPage>;
  /** All tenants' of a day, as `2026-01-15` in UTC, newest first (an index: may lag). */
  ofDay(day: string, page: AuditPageRequest): Promise<AuditPage>;
}

/** `before`: a page's `next`. */
export interface AuditPageRequest {
  readonly limit: number;
  readonly before?: AuditPosition;
}

export interface AuditPosition {
  readonly installationId: number;
  readonly entry: string;
}

export interface AuditPage {
  readonly entries: readonly AuditEntry[];
  readonly next?: AuditPosition;
}

/** By what entries are in order. */
export function entryOf({ at, id }: Pick<AuditEntry, 'at' | 'id'>): string {
  return `${at}#${id}`;
}
