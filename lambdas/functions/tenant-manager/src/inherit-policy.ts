import type { AccountPolicy } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * Takes over what was decided about the account, from the newest installation that was a tenant. One that was
 * uninstalled before it had a row decided nothing, so that a quick reinstallation can't hide an earlier decision.
 *
 * @param earlier the account's other installations, the newest first; the index behind it may lag
 */
export async function inheritPolicy(
  installationId: number,
  earlier: readonly number[],
  deps: Pick<TenantManagerDeps, 'lifecycle'>,
): Promise<AccountPolicy | undefined> {
  const seen = new Set([installationId]);
  const queue = [...earlier];
  for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const answer = await deps.lifecycle.handOver(id, installationId);
    if (answer.kind === 'taken') return answer.policy;
    if (answer.kind === 'follow') queue.unshift(answer.to);
  }
  return undefined;
}
