import type { GitHub } from '../github/github';
import { CONCLUSIONS } from '../github/state/model';
import { route, type Answer, type Call, type Route } from '../lib/http';
import { oneOf, parse, text } from '../lib/json';
import { badLength, bodyOf, missing } from './answers';
import { readJob, readSeconds } from './requests';
import { jobView } from './views';
import type { Oidc } from '../github/oidc';

export function jobRoutes(base: string, github: GitHub, oidc?: Pick<Oidc, 'tokenOf'>): readonly Route[] {
  const changing =
    (what: string, change: (id: number, call: Call) => ReturnType<GitHub['queue']>) =>
    (call: Call): Answer => {
      const id = Number(call.params['id']);
      if (!github.store.jobs.has(id)) return missing('job', call);
      const changed = change(id, call);
      return changed === undefined
        ? { status: 409, body: { message: `Job ${id} can't be ${what} now.` } }
        : { status: 200, body: jobView(github, changed) };
    };
  return [
    route('POST', base, (call) => {
      const wanted = readJob(parse(call.body));
      if (typeof wanted === 'string') return { status: 400, body: { message: wanted } };
      const made = github.queue(wanted);
      if (made !== undefined) return { status: 201, body: jobView(github, made) };
      return {
        status: 409,
        body: { message: `There is no installation ${wanted.installationId}, or the job id is taken.` },
      };
    }),
    route(
      'POST',
      `${base}/{id}/cancel`,
      changing('cancelled', (id) => github.work.end(id, 'cancelled')),
    ),
    route(
      'POST',
      `${base}/{id}/hold`,
      changing('held back: it is not queued', (id) => github.work.shutGate(id)),
    ),
    route(
      'POST',
      `${base}/{id}/release`,
      changing('released: it waits at no gate', (id) => github.work.openGate(id)),
    ),
    route(
      'POST',
      `${base}/{id}/finish`,
      changing('finished', (id, call) =>
        github.work.end(id, oneOf(CONCLUSIONS, bodyOf(call)['conclusion']) ?? 'success'),
      ),
    ),
    route('POST', `${base}/{id}/token`, (call) => {
      const job = github.store.jobs.get(Number(call.params['id']));
      if (job === undefined || oidc === undefined) return missing('job', call);
      const { audience, event = 'push' } = bodyOf(call);
      if (text(audience) === undefined) return { status: 400, body: { message: 'audience: it is missing.' } };
      return { status: 200, body: { value: oidc.tokenOf(job, { audience: String(audience), event: String(event) }) } };
    }),
    route('PUT', `${base}/{id}/length`, (call) => {
      const length = readSeconds(bodyOf(call)['seconds']);
      return length === undefined
        ? badLength()
        : changing('given a length', (id) => github.work.setLength(id, length))(call);
    }),
  ];
}
