import type { Clock, Log, TenantLifecycle, TenantRegistry } from '@multi-tenant-runner/core';
import type { TokenVerifier } from './access/verify-token';

export interface ApiDeps {
  readonly registry: Pick<TenantRegistry, 'get'>;
  readonly findByAccount: TenantLifecycle['findByAccount'];
  readonly verifyToken: TokenVerifier;
  readonly clock: Clock;
  readonly log: Log;
}
