import type { App } from '@multi-tenant-runner/core';
import { appsOf } from './apps-of';
import type { DeployerDeps } from './deps';

/** Previews look at their app themselves, so those that do not stand as it is now only have to be asked. */
export async function askPreviews(
  { app, installationId, state, preview }: Pick<App, 'app' | 'installationId' | 'state' | 'preview'>,
  deps: DeployerDeps,
): Promise<void> {
  const isOpen = state === 'active';
  const isOver = !preview || state === 'deleting';
  for await (const one of appsOf(installationId, deps)) {
    if (one.previewOf?.app !== app || one.state === 'deleting') continue;
    if (isOver || isOpen !== (one.restedTenant === 'active')) await deps.apps.ask(one.app, deps.clock.now());
  }
}
