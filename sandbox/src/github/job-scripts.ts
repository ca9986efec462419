import type { GitHub } from './github';
import type { Oidc } from './oidc';
import { headBranch } from './rest/representations';
import { TOKEN_LIFE_MS, tokenText } from './rest/tokens';
import type { Job, Step } from './state/model';

/** What the runner of a job is told to do. */
export interface JobScript {
  readonly steps: readonly Step[];
  /** What each step finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Where a checkout fetches from, with the job's own token. */
  readonly cloneUrl: string;
}

/** The steps of a job of a workflow; undefined for a job that only takes its time. */
export function scriptOf(
  github: GitHub,
  oidc: Pick<Oidc, 'requestOf'>,
  url: string,
  id: number,
): JobScript | undefined {
  const job = github.store.jobs.get(id);
  if (job?.workflow === undefined || job.workflow.steps.length === 0) return undefined;
  const owner = github.store.installations.get(job.installationId)?.account.login ?? '';
  const name = `${owner}/${github.store.repositories.get(job.repositoryId)?.name ?? ''}`;
  return {
    steps: job.workflow.steps,
    env: { ...environmentOf(job, name, url), ...tokenRequestOf(job, oidc) },
    cloneUrl: `${url.replace('://', `://x-access-token:${jobToken(github, job)}@`)}/${name}.git`,
  };
}

/** https://docs.github.com/en/actions/reference/workflows-and-actions/variables */
function environmentOf({ workflow, ...job }: Job, repository: string, url: string): Readonly<Record<string, string>> {
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: url,
    GITHUB_EVENT_NAME: workflow?.event ?? 'push',
    GITHUB_REF: `refs/heads/${headBranch({ ...job, ...(workflow && { workflow }) })}`,
    GITHUB_REPOSITORY: repository,
    GITHUB_REPOSITORY_ID: String(job.repositoryId),
    GITHUB_RUN_ID: String(job.runId),
    GITHUB_SERVER_URL: url,
    GITHUB_SHA: workflow?.sha ?? '',
    GITHUB_WORKFLOW: workflow?.name ?? '',
  };
}

function tokenRequestOf(job: Job, oidc: Pick<Oidc, 'requestOf'>): Readonly<Record<string, string>> {
  if (job.workflow?.mayAskForToken !== true) return {};
  const { url, token } = oidc.requestOf(job);
  return { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token };
}

/** The job's own token of GitHub, which reads its repository. */
function jobToken({ appId, store, clock }: GitHub, { installationId, repositoryId }: Job): string {
  const expiresAt = clock() + TOKEN_LIFE_MS;
  const token = tokenText(appId, installationId, expiresAt);
  const permissions = { contents: 'read', metadata: 'read' } as const;
  store.tokens.set(token, { installationId, permissions, repositoryIds: [repositoryId], expiresAt });
  return token;
}
