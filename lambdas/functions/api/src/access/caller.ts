export const ROLES = ['operator', 'tenant-admin', 'tenant-user', 'tenant-viewer'] as const;
export type Role = (typeof ROLES)[number];
export const TENANT_ROLES = ['tenant-admin', 'tenant-user', 'tenant-viewer'] as const satisfies readonly Role[];
export type TenantRole = (typeof TENANT_ROLES)[number];

/** Who calls, after everything that proves it was checked. */
export type Caller = Operator | TenantCaller;

export interface Operator {
  readonly role: 'operator';
  /** The ARN of the identity that signed, with its session. */
  readonly actor: string;
}

export interface TenantCaller {
  readonly role: TenantRole;
  /** Issuer and subject of the token. */
  readonly actor: string;
  readonly installationId: number;
  /** `owner/name`, of a workflow job's own token: it sees the jobs of this repository alone. */
  readonly repository?: string;
  /** Of the same token: the repository's id, and the reference that the job runs for. */
  readonly job?: { readonly repoId: number; readonly ref: string };
}
