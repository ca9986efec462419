import type { Launch } from '../launch';
import { runnerName } from '../names';
import { placeOfLaunch } from '../place';
import type { ProtocolDeps } from './deps';

/** `busy`: GitHub refuses while a job runs. `unsure`: GitHub gave no answer. */
export type Deregistered = { readonly kind: 'gone' | 'busy' } | { readonly kind: 'unsure'; readonly answer: string };

/**
 * Deletes the registration of a launch's runner. A worker that died between GitHub's answer and its own write left no id
 * on the row: the registration is then found by its name, which is made of the machine's id.
 */
export async function deregister(launch: Launch & { readonly instanceId: string }, deps: Pick<ProtocolDeps, 'tenants' | 'github' | 'environment'>): Promise<Deregistered> {
  const place = placeOfLaunch(launch, await deps.tenants.get(launch.installationId));
  let runnerId = launch.runnerId;
  if (runnerId === undefined) {
    const found = await deps.github.findRunner(place, launch.runnerName ?? runnerName(deps.environment, launch.instanceId));
    if (found.kind !== 'found') return { kind: 'unsure', answer: found.kind };
    if (found.runner === undefined) return { kind: 'gone' };
    runnerId = found.runner.id;
  }
  const deleted = await deps.github.deleteRunner(place, runnerId);
  switch (deleted.kind) {
    case 'deleted':
    case 'absent':
      return { kind: 'gone' };
    case 'busy':
      return { kind: 'busy' };
    default:
      return { kind: 'unsure', answer: deleted.kind };
  }
}
