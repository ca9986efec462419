import type { LockDecision } from '../decisions/decide-lock';
import type { TenantLocks } from '../model/locks';

export interface LockStore {
  read(installationId: number): Promise<TenantLocks>;
  /**
   * Decides and writes in one step: where another wrote in between, it decides again on what stands then.
   *
   * @throws when others keep writing for too long
   */
  change<A>(installationId: number, decide: (locks: TenantLocks) => LockDecision<A>): Promise<A>;
}
