import { SECOND, type Clock } from '@multi-tenant-runner/core';

/** So long an answer counts. */
const KEPT = 30 * SECOND;
const MOST = 10_000;

/** What `read` answers of a tenant, remembered for half a minute. Of a read that failed nothing is. */
export function remember<T>(
  read: (installationId: number) => Promise<T>,
  clock: Clock,
): (installationId: number) => Promise<T> {
  const known = new Map<number, { readonly answer: T; readonly until: number }>();
  return async (installationId) => {
    const now = clock.now().getTime();
    const standing = known.get(installationId);
    if (standing !== undefined && now < standing.until) return standing.answer;
    const answer = await read(installationId);
    if (known.size >= MOST) known.clear();
    known.set(installationId, { answer, until: now + KEPT });
    return answer;
  };
}
