import type { GitHub } from '../github/github';
import { route, type Answer, type Call, type Route } from '../lib/http';
import { object, parse, text, texts } from '../lib/json';
import type { Installation } from '../github/state/model';
import { renameRepository } from '../github/renamed-repositories';
import { setGroup } from '../github/runner-groups';
import { installationView } from './views';

/** What the owners of an account change at GitHub: names of repositories, runner groups, and what the App may do. */
export function accountRoutes(base: string, github: GitHub): readonly Route[] {
  const known =
    (handle: (installation: Installation, call: Call) => Answer) =>
    (call: Call): Answer => {
      const found = github.store.installations.get(Number(call.params['id']));
      return found === undefined
        ? { status: 404, body: { message: `There is no installation ${call.params['id'] ?? ''}.` } }
        : handle(found, call);
    };
  return [
    route(
      'POST',
      `${base}/{id}/permissions`,
      known(({ id }) => {
        const changed = github.acceptPermissions(id);
        return changed === undefined
          ? { status: 409, body: { message: `Installation ${id} can't be granted permissions now.` } }
          : { status: 200, body: installationView(changed) };
      }),
    ),
    route(
      'POST',
      `${base}/{id}/repositories/{repo}/rename`,
      known(({ account }, call) => {
        const name = text(object(parse(call.body))?.['name']);
        if (name === undefined) return { status: 400, body: { message: 'name: the new name is missing.' } };
        const from = call.params['repo'] ?? '';
        return renameRepository(github.store, account.id, from, name)
          ? { status: 204 }
          : { status: 409, body: { message: `${account.login} has no repository ${from}, or another one ${name}.` } };
      }),
    ),
    route(
      'PUT',
      `${base}/{id}/variables/{name}`,
      known(({ account: { id } }, call) => {
        const value = object(parse(call.body))?.['value'];
        if (typeof value !== 'string') return { status: 400, body: { message: 'value: it is missing.' } };
        const { variables } = github.store;
        variables.set(id, { ...variables.get(id), [call.params['name'] ?? '']: value });
        return { status: 204 };
      }),
    ),
    route(
      'PUT',
      `${base}/{id}/runner-groups/{name}`,
      known(({ account }, call) => {
        const given = object(parse(call.body))?.['repositories'];
        const repositories = texts(given);
        if (given !== undefined && repositories === undefined)
          return { status: 400, body: { message: 'repositories: not a list of names.' } };
        const { id, name } = setGroup(github.store, account, call.params['name'] ?? '', repositories);
        return { status: 200, body: { id, name, repositories: repositories ?? 'all' } };
      }),
    ),
  ];
}
