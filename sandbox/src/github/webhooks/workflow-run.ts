import { object } from '../../lib/json';
import { nodeId, sender, userJson } from '../rest/representations';
import { runJson, type Run } from '../rest/runs';
import { API, exampleOf, organizationPayload, repositoryPayload, type JobContext, type Webhook } from './payloads';

type RunAction = 'requested' | 'completed';

/** What an App hears of a run that subscribed to `workflow_run`. */
export function runWebhook(
  action: RunAction,
  run: Run,
  { installation, repository }: Omit<JobContext, 'job'>,
): Webhook {
  const example = exampleOf('workflow_run', (one) => one['action'] === action);
  const { account } = installation;
  const { workflow } = run.first;
  const payload = {
    ...example,
    workflow: { ...object(example['workflow']), name: workflow?.name, path: workflow?.path },
    workflow_run: {
      ...object(example['workflow_run']),
      ...runJson(run, account, repository, API),
      head_commit: { ...object(object(example['workflow_run'])?.['head_commit']), id: workflow?.sha },
    },
    repository: repositoryPayload(repository, account, object(example['repository'])),
    ...(account.type === 'Organization' && { organization: organizationPayload(account) }),
    sender: userJson(sender(account), API),
    installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
  };
  return { event: 'workflow_run', action, installationId: installation.id, repositoryId: repository.id, payload };
}
