/** A secret of an app: the variable that its tasks find it in, and where its value is; it is nowhere but there. */
export interface AppSecret {
  readonly name: string;
  readonly arn: string;
  readonly setAt: string;
}

/** What a tenant keeps from everybody but its app's tasks. Each value is a secret of its own in Secrets Manager. */
export interface AppSecrets {
  readonly kept: readonly AppSecret[];
  /** ARNs of what was replaced or unset: they go once no task that may start names them. */
  readonly leaving: readonly string[];
  /** Names that count against the quota although no value is kept yet: of a request that is under way, or broke off. */
  readonly claimed?: readonly { readonly name: string; readonly at: string }[];
  /** When the role was made by which ECS reads them. */
  readonly roleAt?: string;
}
