import { object } from '../../lib/json';
import type { Commit, Person } from '../git/commits';
import { nodeId, sender, userJson } from '../rest/representations';
import type { Account, Installation, Repository } from '../state/model';
import { API, exampleOf, organizationPayload, repositoryPayload, type Webhook } from './payloads';

const NONE = /^0+$/;

export interface Push {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly commits: readonly Commit[];
  /** Absent for a branch or tag that was deleted. */
  readonly head: Commit | undefined;
  readonly forced: boolean;
  /** Milliseconds since 1970; GitHub tells whole seconds. */
  readonly at: number;
}

/** https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
export function pushWebhook(
  { installation, repository }: { readonly installation: Installation; readonly repository: Repository },
  push: Push,
): Webhook {
  const { account } = installation;
  const example = exampleOf('push', (one) => one['head_commit'] !== null && 'installation' in one);
  const web = `https://github.com/${account.login}/${repository.name}`;
  const person = sender(account);
  const range = `${push.before.slice(0, 12)}...${push.after.slice(0, 12)}`;
  const { organization: _none, ...was } = object(example['repository']) ?? {};
  const payload = {
    ...example,
    ref: push.ref,
    before: push.before,
    after: push.after,
    created: NONE.test(push.before),
    deleted: NONE.test(push.after),
    forced: push.forced,
    base_ref: null,
    compare: `${web}/compare/${range}`,
    commits: push.commits.map((one) => commitPayload(one, web)),
    head_commit: push.head === undefined ? null : commitPayload(push.head, web),
    pusher: { name: person.login, email: emailOf(person) },
    repository: {
      ...repositoryPayload(repository, account, was),
      owner: { ...userJson(account, API), name: account.login, email: null },
      pushed_at: Math.floor(push.at / 1000),
      default_branch: 'main',
      master_branch: 'main',
      has_discussions: false,
      ...(account.type === 'Organization' && { organization: account.login }),
    },
    ...(account.type === 'Organization' && { organization: organizationPayload(account) }),
    sender: userJson(person, API),
    installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
  };
  return { event: 'push', action: null, installationId: installation.id, repositoryId: repository.id, payload };
}

function commitPayload(commit: Commit, web: string): Record<string, unknown> {
  return {
    id: commit.sha,
    tree_id: commit.tree,
    distinct: true,
    message: commit.message,
    timestamp: commit.committer.date,
    url: `${web}/commit/${commit.sha}`,
    author: personPayload(commit.author),
    committer: personPayload(commit.committer),
    added: commit.added,
    removed: commit.removed,
    modified: commit.modified,
  };
}

const personPayload = ({ name, email }: Person): Record<string, string> => ({ name, email });
const emailOf = (person: Account): string => `${person.id}+${person.login}@users.noreply.github.com`;
