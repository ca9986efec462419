import type { LockDecision } from '../decisions/decide-lock';
import type { TenantLocks } from '../model/locks';

export interface LockStore {
  read(installationId: number): Promise<TenantLocks>;
  /** Of a tenant that is gone: nobody holds or waits for anything, and the row goes within days. */
  end(installationId: number, now: Date): Promise<void>;
  /**
   * Decides and writes in one step: where another wrote in between, it decides again on what stands then.
   *
   * @throws when others keep writing for too long
   */
  change<A>(installationId: number, decide: (locks: TenantLocks) => LockDecision<A>): Promise<A>;
}
