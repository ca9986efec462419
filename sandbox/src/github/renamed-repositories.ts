import type { Answer, Call } from './http';
import type { Store } from './store';

const NAMED = /^\/repos\/([^/]+)\/([^/]+)(\/.*)?$/;
const BY_ID = /^\/repositories\/(\d+)(\/.*)?$/;

/**
 * The old name of a repository leads to its id, until another one is made under it: 301, and 307 where the method must stay.
 * https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
 */
export function redirectOf(store: Store, { method, path, query }: Pick<Call, 'method' | 'path' | 'query'>, api: string): Answer | undefined {
  const [, owner, name, rest = ''] = NAMED.exec(path) ?? [];
  const account = owner === undefined ? undefined : store.installationOf(decodeURIComponent(owner))?.account;
  if (account === undefined || name === undefined || store.repositoryNamed(account.id, decodeURIComponent(name)) !== undefined) return undefined;
  const id = store.formerNames.get(formerName(account.id, decodeURIComponent(name)));
  if (id === undefined) return undefined;
  const location = `${api}/repositories/${id}${rest}${query.size > 0 ? `?${query.toString()}` : ''}`;
  return { status: method === 'GET' ? 301 : 307, headers: { location }, body: { message: 'Moved Permanently', url: location, documentation_url: 'https://docs.github.com/rest' } };
}

/** A path that speaks of a repository by its id, as the one that speaks of it by its name. */
export function pathByName(store: Store, path: string): string {
  const [, id, rest = ''] = BY_ID.exec(path) ?? [];
  const repository = id === undefined ? undefined : store.repositories.get(Number(id));
  const owner = [...store.installations.values()].find((one) => one.state !== 'deleted' && one.account.id === repository?.accountId)?.account.login;
  return repository === undefined || owner === undefined ? path : `/repos/${owner}/${repository.name}${rest}`;
}

export function renameRepository(store: Store, accountId: number, from: string, to: string): boolean {
  const repository = store.repositoryNamed(accountId, from);
  if (repository === undefined || store.repositoryNamed(accountId, to) !== undefined) return false;
  store.formerNames.set(formerName(accountId, from), repository.id);
  store.repositories.set(repository.id, { ...repository, name: to });
  return true;
}

function formerName(accountId: number, name: string): string {
  return `${accountId}/${name.toLowerCase()}`;
}
