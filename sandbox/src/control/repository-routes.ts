import type { GitHub } from '../github/github';
import { grantPersonalToken } from '../github/git/smart-http';
import { settleRepository } from '../github/state/installations';
import { route, type Call, type Route } from '../lib/http';
import { bodyOf } from './answers';

/** Repositories of an account, with the address to push to as one of its people. */
export function repositoryRoutes(base: string, github: GitHub): readonly Route[] {
  return [
    route('PUT', `${base}/{id}/repositories/{repo}`, async (call) => {
      const found = github.store.installations.get(Number(call.params['id']));
      if (found === undefined)
        return { status: 404, body: { message: `There is no installation ${call.params['id'] ?? ''}.` } };
      const { public: isPublic } = bodyOf(call);
      const repository = settleRepository(github.store, found.account, {
        name: call.params['repo'] ?? '',
        ...(typeof isPublic === 'boolean' && { public: isPublic }),
      });
      await github.git.create(repository.id);
      const fullName = `${found.account.login}/${repository.name}`;
      const token = grantPersonalToken(github, found.account.id);
      return {
        status: 200,
        body: { id: repository.id, full_name: fullName, clone_url: cloneUrl(call, fullName, token) },
      };
    }),
  ];
}

export function cloneUrl(call: Call, fullName: string, token: string): string {
  return `http://git:${token}@${call.headers.host ?? '127.0.0.1'}/${fullName}.git`;
}
