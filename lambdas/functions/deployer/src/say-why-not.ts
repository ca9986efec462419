import type { GitHubDeployment, RepositoryPlace } from '@multi-tenant-runner/core';
import type { DeployerDeps } from './deps';

/** GitHub's limit of a description. */
const LONGEST = 140;
/** Of a file that is wrong throughout. */
const MOST = 10;

/**
 * Says at GitHub why there is no deployment, once for each commit, since no row would remember it: a status for each
 * reason, as one has no room for all. The first is the last that is told, which GitHub shows on top.
 */
export async function sayWhyNot(
  place: RepositoryPlace,
  deployment: GitHubDeployment,
  reasons: readonly string[],
  { github }: Pick<DeployerDeps, 'github'>,
): Promise<void> {
  const standing = await github.findDeployment(place, deployment);
  if (standing.kind !== 'found' || standing.id !== undefined) return;
  const made = await github.createDeployment(place, deployment);
  if (made.kind !== 'created') return;
  for (const reason of reasons.slice(0, MOST).toReversed())
    await github.tell(place, made.id, { state: 'failure', description: reason.slice(0, LONGEST) });
}
