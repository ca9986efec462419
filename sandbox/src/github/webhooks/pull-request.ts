import { object, text, type Json } from '../../lib/json';
import { nodeId, sender, userJson } from '../rest/representations';
import { timestamp, type Account, type Repository } from '../state/model';
import type { PullRequest } from '../state/pull-request';
import type { Store } from '../state/store';
import { API, exampleOf, organizationPayload, replaceEverywhere, repositoryPayload, type Webhook } from './payloads';

/** What happened to it, with what GitHub says of that alone. */
export type PullNews =
  | { readonly action: 'opened' | 'reopened' | 'closed' }
  | { readonly action: 'synchronize'; readonly before: string; readonly after: string }
  | { readonly action: 'edited'; readonly changes: Json };

const example = (action: string): Json =>
  exampleOf('pull_request', (one) => one['action'] === action && 'installation' in one && !('organization' in one));

/**
 * Undefined: the App is not installed there.
 *
 * https://docs.github.com/en/webhooks/webhook-events-and-payloads#pull_request
 */
export function pullWebhook(store: Store, pull: PullRequest, news: PullNews): Webhook | undefined {
  const repository = store.repositories.get(pull.repositoryId);
  const installation = [...store.installations.values()].find(
    (one) => one.state !== 'deleted' && one.account.id === repository?.accountId,
  );
  if (repository === undefined || installation === undefined) return undefined;
  const { account } = installation;
  // There is no sample of an edit.
  const sample = example(news.action === 'edited' ? 'opened' : news.action);
  const payload = {
    ...sample,
    ...news,
    number: pull.number,
    pull_request: pullJson(store, pull, 'whole'),
    repository: repositoryPayload(repository, account, object(sample['repository'])),
    ...(account.type === 'Organization' && { organization: organizationPayload(account) }),
    sender: userJson(sender(account), API),
    installation: { id: installation.id, node_id: nodeId('IntegrationInstallation', installation.id) },
  };
  const { action } = news;
  return { event: 'pull_request', action, installationId: installation.id, repositoryId: repository.id, payload };
}

/** What a list leaves out. */
const ONLY_WHOLE = [
  'merged',
  'mergeable',
  'rebaseable',
  'mergeable_state',
  'merged_by',
  'comments',
  'review_comments',
  'maintainer_can_modify',
  'commits',
  'additions',
  'deletions',
  'changed_files',
];

/** As the webhook and the API show it. https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request */
export function pullJson(store: Store, pull: PullRequest, form: 'whole' | 'listed', api = API): Json {
  const repository = store.repositories.get(pull.repositoryId);
  const owner = repository && store.ownerOf(repository.accountId);
  if (repository === undefined || owner === undefined) throw new Error(`${pull.number} is of no repository`);
  const sample = object(example('opened')['pull_request']) ?? {};
  const was = object(object(sample['base'])?.['repo']) ?? {};
  const { id, number, head, base, mergedAt } = pull;
  const author = store.ownerOf(head.accountId) ?? owner;
  const from = head.repositoryId === undefined ? undefined : store.repositories.get(head.repositoryId);
  const side = (ref: string, sha: string, account: Account): Json => ({
    label: `${account.login}:${ref}`,
    ref,
    sha,
    user: userJson(account, api),
  });
  const whole: Json = {
    ...replaceEverywhere(sample, text(was['full_name']) ?? '', `${owner.login}/${repository.name}`),
    id,
    node_id: nodeId('PullRequest', id),
    number,
    state: pull.state,
    title: pull.title,
    body: null,
    user: userJson(sender(author), api),
    created_at: timestamp(pull.createdAt),
    updated_at: timestamp(pull.updatedAt),
    closed_at: pull.closedAt === undefined ? null : timestamp(pull.closedAt),
    merged_at: mergedAt === undefined ? null : timestamp(mergedAt),
    merge_commit_sha: pull.mergedAs ?? null,
    merged: mergedAt !== undefined,
    merged_by: mergedAt === undefined ? null : userJson(sender(owner), api),
    mergeable: null,
    mergeable_state: 'unknown',
    auto_merge: null,
    active_lock_reason: null,
    author_association: author.id === owner.id ? 'MEMBER' : 'NONE',
    head: { ...side(head.ref, head.sha, author), repo: from === undefined ? null : repoJson(from, author, was) },
    base: { ...side(base.ref, base.sha, owner), repo: repoJson(repository, owner, was) },
    ...addresses(`${api}/repos/${owner.login}/${repository.name}`, `${owner.login}/${repository.name}`, pull),
  };
  if (form === 'whole') return whole;
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !ONLY_WHOLE.includes(name)));
}

const repoJson = (repository: Repository, owner: Account, sample: Json): Json => ({
  ...repositoryPayload(repository, owner, sample),
  fork: repository.forkOf !== undefined,
  has_discussions: false,
});

function addresses(repository: string, fullName: string, { number, head }: PullRequest): Json {
  const url = `${repository}/pulls/${number}`;
  const html = `https://github.com/${fullName}/pull/${number}`;
  const issue = `${repository}/issues/${number}`;
  const of = {
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    commits: `${url}/commits`,
    statuses: `${repository}/statuses/${head.sha}`,
  };
  const review_comment = `${repository}/pulls/comments{/number}`;
  const hrefs = Object.entries({ self: url, html, issue, review_comment, ...of });
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    review_comment_url: review_comment,
    ...Object.fromEntries(Object.entries(of).map(([name, address]) => [`${name}_url`, address])),
    _links: Object.fromEntries(hrefs.map(([name, href]) => [name, { href }])),
  };
}
