import type { AppBuilder, AppGitHub, BuildRefusal, GitHubFailure } from '@multi-tenant-runner/core';

export interface RunnerBuildsDeps {
  readonly github: Pick<AppGitHub, 'dispatch' | 'findRun'>;
  /** The workflow's file in `.github/workflows` of each app's repository. */
  readonly workflow: string;
}

/** How a run ends that leaves no image. */
const FAILED: ReadonlySet<string> = new Set([
  'failure',
  'timed_out',
  'startup_failure',
  'cancelled',
  'action_required',
]);

/**
 * Builds by a workflow of the tenant's own repository, on the tenant's own runners: their limit, ledger and isolation
 * are those of every other job. The workflow's run has the deployment's id in its title, so that asking twice is seen.
 */
export function createRunnerBuilds({ github, workflow }: RunnerBuildsDeps): AppBuilder {
  return {
    by: 'runner',
    ask: async (app, { commit, deploymentId }, isFirst) => {
      const place = { installationId: app.installationId, repository: app.repository, repoId: app.repoId };
      const standing = isFirst === true ? undefined : await github.findRun(place, workflow, deploymentId);
      if (standing?.kind === 'found' && standing.run) return { kind: 'asked', id: String(standing.run.id) };
      if (standing && standing.kind !== 'found' && !isNoWorkflow(standing)) return refusalOf(standing, workflow);
      const inputs = { app: app.app, commit, deployment: deploymentId, directory: app.directory };
      // In full: a tag of the branch's name, or a branch that is called `heads/main`, would else be another's.
      const asked = await github.dispatch(place, { workflow, ref: `refs/heads/${app.branch}`, inputs });
      return asked.kind === 'asked' ? asked : refusalOf(asked, workflow);
    },
    look: async (app, { deploymentId }) => {
      const place = { installationId: app.installationId, repository: app.repository, repoId: app.repoId };
      const found = await github.findRun(place, workflow, deploymentId);
      if (found.kind !== 'found' || found.run?.status !== 'completed') return { state: 'running' };
      const { conclusion = '', url = '' } = found.run;
      if (conclusion === 'success') return { state: 'succeeded' };
      return FAILED.has(conclusion)
        ? { state: 'failed', reason: `The build ended with ${conclusion}: ${url}` }
        : { state: 'running' };
    },
  };
}

const isNoWorkflow = (failure: GitHubFailure): boolean => failure.kind === 'refused' && failure.status === 404;

function refusalOf(failure: GitHubFailure, workflow: string): BuildRefusal {
  if (failure.kind === 'limited') return { kind: 'later', retryAt: failure.retryAt };
  if (failure.kind === 'unavailable') return { kind: 'later' };
  const reason =
    failure.status === 404
      ? `The repository has no workflow .github/workflows/${workflow} that can be started on its branch.`
      : `GitHub does not start the build (${failure.status}): ${failure.message}`;
  return { kind: 'refused', reason };
}
