import type { AppSecrets, AppSituation } from '@multi-tenant-runner/core';
import { done, stale, type ActDeps, type Acted } from './outcome';

/** Writes the secrets of the row; who changed them meanwhile goes first. */
async function record(changes: Partial<AppSecrets>, { app }: AppSituation, deps: ActDeps): Promise<Acted> {
  if (app.secrets === undefined) return stale(deps);
  const written = await deps.apps.change(app, { secrets: { ...app.secrets, ...changes } }, deps.clock.now());
  return written.ok ? done({ app: written.row }) : stale(deps);
}

export async function createRole(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  await deps.platform.createRole(situation.app);
  return record({ roleAt: deps.clock.now().toISOString() }, situation, deps);
}

export async function forgetSecrets(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  await deps.platform.forgetSecrets(situation.app.secrets?.leaving ?? []);
  return record({ leaving: [] }, situation, deps);
}
