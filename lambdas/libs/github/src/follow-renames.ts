import type { GitHubFailure, JobPlace, RunnerPlace } from '@multi-tenant-runner/core';
import type { Answer, AskAsApp, AskAsInstallation } from './calls';

/** `unseen`: the installation has no repository of that id or name. */
export type Seen = { readonly kind: 'seen'; readonly place: JobPlace } | { readonly kind: 'unseen' } | GitHubFailure;

/** The present names of accounts and repositories whose rename is recent or was missed. */
export interface Renames {
  /** Undefined: the place is current, or GitHub does not answer. */
  runnersNow(place: RunnerPlace): Promise<RunnerPlace | undefined>;
  repositoryNow(place: JobPlace): Promise<Seen>;
}

/**
 * After a rename GitHub answers 404 for an owner's old login, and a renamed repository's old name may later belong to
 * another one. Installations and repositories keep their ids, so both are looked up by id.
 * https://docs.github.com/en/organizations/managing-organization-settings/renaming-an-organization#changes-that-arent-automatic
 * https://docs.github.com/en/repositories/creating-and-managing-repositories/renaming-a-repository
 */
export function createRenames({ ask, asApp }: { readonly ask: AskAsInstallation; readonly asApp: AskAsApp }): Renames {
  /** Only for the account of the installation: its token must not be used for another account in the message. */
  const loginNow = async ({
    installationId,
    ownerId,
  }: Pick<RunnerPlace, 'installationId' | 'ownerId'>): Promise<string | undefined> => {
    if (ownerId === undefined) return undefined;
    const answer = await asApp('GET /app/installations/{installation_id}', { installation_id: installationId });
    return answer.kind === 'answer' && idIn(answer.data, 'account') === ownerId ? loginIn(answer.data) : undefined;
  };
  const look = async (place: JobPlace): Promise<Seen> => {
    const { installationId, owner, ownerId, repo, repoId } = place;
    // The target of GitHub's own redirects after a rename:
    // https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    const byId = { route: 'GET /repositories/{repository_id}', parameters: { repository_id: repoId } } as const;
    const byName = { route: 'GET /repos/{owner}/{repo}', parameters: { owner, repo } } as const;
    const answer = await ask({
      installationId,
      scope: { kind: 'jobs' },
      purpose: 'housekeeping',
      ...(repoId === undefined ? byName : byId),
    });
    if (answer.kind === 'refused' && answer.status === 404) return { kind: 'unseen' };
    if (answer.kind !== 'answer') return answer;
    // A token can read public repositories of any account: a transferred one, or a new one with the old name.
    if (ownerId !== undefined && idIn(answer.data, 'owner') !== ownerId) return { kind: 'unseen' };
    const name = fullNameIn(answer);
    return name === undefined
      ? { kind: 'unavailable', message: "GitHub's answer is not a repository" }
      : { kind: 'seen', place: { ...place, ...name } };
  };
  const repositoryNow = async (place: JobPlace): Promise<Seen> => {
    const seen = await look(place);
    if (seen.kind !== 'unseen' || place.repoId !== undefined) return seen;
    const login = await loginNow(place);
    return login === undefined || isSame(login, place.owner) ? seen : look({ ...place, owner: login });
  };

  return {
    repositoryNow,
    runnersNow: async (place) => {
      if (place.scope === 'org') {
        const login = await loginNow(place);
        return login === undefined || isSame(login, place.owner) ? undefined : { ...place, owner: login };
      }
      const seen = await repositoryNow({ ...place, repo: place.scope.slice(place.scope.indexOf('/') + 1) });
      if (seen.kind !== 'seen') return undefined;
      const { owner, repo } = seen.place;
      const scope = `${owner}/${repo}` as const;
      return isSame(scope, place.scope) ? undefined : { ...place, owner, scope };
    },
  };
}

function fullNameIn({
  data,
}: Extract<Answer, { kind: 'answer' }>): { readonly owner: string; readonly repo: string } | undefined {
  const [owner, repo, rest] = textIn(data, 'full_name')?.split('/') ?? [];
  return owner && repo && rest === undefined ? { owner, repo } : undefined;
}

function idIn(value: unknown, name: string): unknown {
  return Reflect.get(Object(Reflect.get(Object(value), name)), 'id');
}

/** Of the account that an installation is on; an enterprise has none. */
export function loginIn(installation: unknown): string | undefined {
  return textIn(Reflect.get(Object(installation), 'account'), 'login');
}

/** Undefined where GitHub does not say. */
export function accountIdIn(installation: unknown): number | undefined {
  const id = idIn(installation, 'account');
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : undefined;
}

function textIn(value: unknown, name: string): string | undefined {
  const text: unknown = Reflect.get(Object(value), name);
  return typeof text === 'string' && text !== '' ? text : undefined;
}

export function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
