import type { LifecycleAccount, LifecycleEvent } from '@multi-tenant-runner/core';

type Owner = Extract<LifecycleAccount, { kind: 'owner' }>;
/** An event of an installation whose account can be a tenant. */
export type OwnerEvent = LifecycleEvent & { readonly account: Owner };
