import type { GitHub } from '../github/github';
import { route, type Answer, type Call, type Route } from '../lib/http';
import { parse, text } from '../lib/json';
import { bodyOf, missing } from './answers';
import { readInstallation } from './requests';
import { installationView } from './views';

export function installationRoutes(base: string, github: GitHub): readonly Route[] {
  const changing =
    (what: string, change: (id: number, call: Call) => ReturnType<GitHub['suspend']>) =>
    (call: Call): Answer => {
      const id = Number(call.params['id']);
      if (!github.store.installations.has(id)) return missing('installation', call);
      const changed = change(id, call);
      return changed === undefined
        ? { status: 409, body: { message: `Installation ${id} can't be ${what} now.` } }
        : { status: 200, body: installationView(changed) };
    };
  return [
    route('POST', base, (call) => {
      const wanted = readInstallation(parse(call.body));
      if (typeof wanted === 'string') return { status: 400, body: { message: wanted } };
      const made = github.install(wanted);
      if (made !== undefined) return { status: 201, body: installationView(made) };
      return {
        status: 409,
        body: { message: `${wanted.login} has an installation already, or the id ${wanted.id ?? ''} was used before.` },
      };
    }),
    route(
      'POST',
      `${base}/{id}/suspend`,
      changing('suspended', (id) => github.suspend(id)),
    ),
    route(
      'POST',
      `${base}/{id}/unsuspend`,
      changing('unsuspended', (id) => github.unsuspend(id)),
    ),
    route(
      'DELETE',
      `${base}/{id}`,
      changing('deleted', (id) => github.uninstall(id)),
    ),
    route('POST', `${base}/{id}/rename`, (call) => {
      const login = text(bodyOf(call)['login']);
      return login === undefined
        ? { status: 400, body: { message: 'login: the new name is missing.' } }
        : changing('renamed', (id) => github.rename(id, login))(call);
    }),
  ];
}
