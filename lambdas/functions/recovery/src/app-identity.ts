import type { Comparison } from './diff-installations';
import { handleFailure, type RecoveryDeps } from './deps';

const PIN = 'recovery-app';

type AppDeps = Pick<RecoveryDeps, 'app' | 'bookmarks' | 'log' | 'metrics'>;

/**
 * Asks GitHub whose key the functions have, before anybody is onboarded or offboarded by it.
 *
 * @returns undefined: GitHub did not answer, or the key is of another App than the one that the tenants installed
 */
export async function findApp(
  deps: AppDeps,
): Promise<{ readonly appId: number; readonly isPinned: boolean } | undefined> {
  const answer = await deps.app.getApp();
  if (answer.kind !== 'app') {
    await handleFailure(answer, 'asked for itself', deps);
    return undefined;
  }
  const pinned = await deps.bookmarks.readCursor(PIN);
  if (pinned === undefined) return { appId: answer.appId, isPinned: false };
  if (pinned === String(answer.appId)) return { appId: answer.appId, isPinned: true };
  refuse({ app_id: answer.appId, tenants_app_id: Number(pinned) }, deps);
  return undefined;
}

/**
 * Remembers the App once it has shown an installation that has a row, or there is no tenant yet.
 *
 * @returns false: it has none of the tenants
 */
export async function pinApp(appId: number, { isOurApp }: Comparison, deps: AppDeps): Promise<boolean> {
  if (isOurApp) await deps.bookmarks.writeCursor(PIN, String(appId));
  else refuse({ app_id: appId }, deps);
  return isOurApp;
}

function refuse(fields: Readonly<Record<string, number>>, deps: AppDeps): void {
  deps.metrics.count('RecoveryFailed', { properties: { part: 'app' } });
  deps.log.error(
    'github_app is not the App that the tenants installed, so nobody is onboarded or offboarded. Set its id and key ' +
      'back, or, if the tenants moved to the new App, delete the entry recovery-app of the recovery table',
    fields,
  );
}
