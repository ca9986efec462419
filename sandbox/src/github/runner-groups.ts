import type { Answer, Call } from './http';
import { pageSize } from './app-routes';
import { repositoriesOf } from './installations';
import type { Json } from './json';
import type { Account, RunnerGroup } from './model';
import { sameName, type Store } from './store';

/** Every organisation has it, with this id: it takes every repository until its owners choose some. */
const DEFAULT: RunnerGroup = { id: 1, name: 'Default' };

export function groupsOf(store: Store, accountId: number): readonly RunnerGroup[] {
  const own = store.groups.get(accountId) ?? [];
  return own.some(({ id }) => id === DEFAULT.id) ? own : [DEFAULT, ...own];
}

/** Makes a group, or changes the repositories of the one of that name; ids differ in each organisation. */
export function setGroup(store: Store, account: Account, name: string, repositories: readonly string[] | undefined): RunnerGroup {
  const known = groupsOf(store, account.id).find((group) => sameName(group.name, name));
  const ids = repositories && repositoriesOf(store, account).filter((one) => repositories.some((wanted) => sameName(wanted, one.name))).map(({ id }) => id);
  const group: RunnerGroup = { id: known?.id ?? store.nextId(), name: known?.name ?? name, ...(ids && { repositoryIds: ids }) };
  store.groups.set(account.id, [...groupsOf(store, account.id).filter(({ id }) => id !== group.id), group]);
  return group;
}

/** https://docs.github.com/en/rest/actions/self-hosted-runner-groups#list-self-hosted-runner-groups-for-an-organization */
export function listGroups(store: Store, account: Account, call: Call, api: string): Answer {
  const repo = call.query.get('visible_to_repository');
  const repository = repo === null ? undefined : store.repositoryNamed(account.id, repo);
  const shown = groupsOf(store, account.id).filter(({ repositoryIds }) => repo === null || (repository !== undefined && repositoryIds?.includes(repository.id) !== false));
  const size = pageSize(call);
  const page = Math.max(1, Number(call.query.get('page') ?? 1) || 1);
  return { status: 200, body: { total_count: shown.length, runner_groups: shown.slice((page - 1) * size, page * size).map((group) => groupJson(group, account, api)) } };
}

export function groupJson({ id, name, repositoryIds }: RunnerGroup, account: Account, api: string): Json {
  const url = `${api}/orgs/${account.login}/actions/runner-groups/${id}`;
  return {
    id, name, visibility: repositoryIds === undefined ? 'all' : 'selected', default: id === DEFAULT.id,
    ...(repositoryIds !== undefined && { selected_repositories_url: `${url}/repositories` }),
    runners_url: `${url}/runners`, hosted_runners_url: `${url}/hosted-runners`, inherited: false, allows_public_repositories: false,
    restricted_to_workflows: false, selected_workflows: [], workflow_restrictions_read_only: false,
  };
}
