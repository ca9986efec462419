import type { CallCounts } from '../github/calls';
import type { GitHub } from '../github/github';
import { match, route, type Answer, type Call, type Handler, type Route } from '../github/http';
import { object, oneOf, parse, text, type Json } from '../github/json';
import { CONCLUSIONS } from '../github/model';
import { fullDelivery, shortDelivery } from '../github/app-routes';
import { accountRoutes } from './account-routes';
import { faultRoutes, type FaultOptions } from './fault-routes';
import { problemOf } from './fields';
import { readInstallation, readJob, readSeconds } from './requests';
import { installationView, jobView, runnerView } from './views';

export interface MachineView {
  readonly instance_id: string;
  readonly tenant_id: string | null;
  readonly state: string;
  readonly runner_name: string | null;
  readonly log: string;
}

export interface ControlOptions {
  readonly github: GitHub;
  readonly calls: CallCounts;
  readonly machines: () => readonly MachineView[];
  readonly setWebhookTarget: (url: string) => void;
  /** Absent where nothing goes wrong on demand. */
  readonly faults?: FaultOptions;
}

export const CONTROL_PREFIX = '/_control';

/** Steers GitHub and the machines: the sandbox's README lists every route. */
export function createControl(options: ControlOptions): Handler {
  const routes = [...lifecycleRoutes(options.github), ...accountRoutes(`${CONTROL_PREFIX}/installations`, options.github), ...jobRoutes(options.github), ...readRoutes(options), ...settingRoutes(options), ...(options.faults ? faultRoutes(CONTROL_PREFIX, options.faults) : [])];
  return (call) => {
    const found = match(routes, call.method, call.path);
    const problem = found && problemOf(found.route, CONTROL_PREFIX, call);
    if (problem !== undefined) return { status: 400, body: { message: problem } };
    if (found !== undefined) return found.route.handle({ ...call, params: found.params });
    if (call.path === `${CONTROL_PREFIX}/health`) return { status: 200, body: { status: 'ok' } };
    if (call.path === CONTROL_PREFIX) return { status: 200, body: { routes: routes.map((one) => `${one.method} ${one.template}`) } };
    return { status: 404, body: { message: `The control API has no ${call.method} ${call.path}; GET ${CONTROL_PREFIX} lists its routes.` } };
  };
}

function lifecycleRoutes(github: GitHub): readonly Route[] {
  const base = `${CONTROL_PREFIX}/installations`;
  const changing = (what: string, change: (id: number, call: Call) => ReturnType<GitHub['suspend']>) => (call: Call): Answer => {
    const id = Number(call.params['id']);
    if (!github.store.installations.has(id)) return missing('installation', call);
    const changed = change(id, call);
    return changed === undefined ? { status: 409, body: { message: `Installation ${id} can't be ${what} now.` } } : { status: 200, body: installationView(changed) };
  };
  return [
    route('POST', base, (call) => {
      const wanted = readInstallation(parse(call.body));
      if (typeof wanted === 'string') return { status: 400, body: { message: wanted } };
      const made = github.install(wanted);
      if (made !== undefined) return { status: 201, body: installationView(made) };
      return { status: 409, body: { message: `${wanted.login} has an installation already, or the id ${wanted.id ?? ''} was used before.` } };
    }),
    route('POST', `${base}/{id}/suspend`, changing('suspended', (id) => github.suspend(id))),
    route('POST', `${base}/{id}/unsuspend`, changing('unsuspended', (id) => github.unsuspend(id))),
    route('DELETE', `${base}/{id}`, changing('deleted', (id) => github.uninstall(id))),
    route('POST', `${base}/{id}/rename`, (call) => {
      const login = text(bodyOf(call)['login']);
      return login === undefined ? { status: 400, body: { message: 'login: the new name is missing.' } } : changing('renamed', (id) => github.rename(id, login))(call);
    }),
  ];
}

function jobRoutes(github: GitHub): readonly Route[] {
  const base = `${CONTROL_PREFIX}/jobs`;
  const changing = (what: string, change: (id: number, call: Call) => ReturnType<GitHub['queue']>) => (call: Call): Answer => {
    const id = Number(call.params['id']);
    if (!github.store.jobs.has(id)) return missing('job', call);
    const changed = change(id, call);
    return changed === undefined ? { status: 409, body: { message: `Job ${id} can't be ${what} now.` } } : { status: 200, body: jobView(github, changed) };
  };
  return [
    route('POST', base, (call) => {
      const wanted = readJob(parse(call.body));
      if (typeof wanted === 'string') return { status: 400, body: { message: wanted } };
      const made = github.queue(wanted);
      if (made !== undefined) return { status: 201, body: jobView(github, made) };
      return { status: 409, body: { message: `There is no installation ${wanted.installationId}, or the job id is taken.` } };
    }),
    route('POST', `${base}/{id}/cancel`, changing('cancelled', (id) => github.work.end(id, 'cancelled'))),
    route('POST', `${base}/{id}/hold`, changing('held back: it is not queued', (id) => github.work.shutGate(id))),
    route('POST', `${base}/{id}/release`, changing('released: it waits at no gate', (id) => github.work.openGate(id))),
    route('POST', `${base}/{id}/finish`, changing('finished', (id, call) => github.work.end(id, oneOf(CONCLUSIONS, bodyOf(call)['conclusion']) ?? 'success'))),
    route('PUT', `${base}/{id}/length`, (call) => {
      const length = readSeconds(bodyOf(call)['seconds']);
      return length === undefined ? badLength() : changing('given a length', (id) => github.work.setLength(id, length))(call);
    }),
  ];
}

function readRoutes({ github, calls, machines }: ControlOptions): readonly Route[] {
  const { store, deliveries } = github;
  const ofTenant = (call: Call) => (entry: Json): boolean => {
    const wanted = call.query.get('installation_id');
    return wanted === null || String(entry['installation_id']) === wanted;
  };
  const inStatus = (call: Call) => (entry: Json): boolean => {
    const wanted = call.query.get('status');
    return wanted === null || entry['status'] === wanted;
  };
  const all = (path: string, entries: () => readonly Json[]): Route =>
    route('GET', `${CONTROL_PREFIX}/${path}`, (call) => ({ status: 200, body: entries().filter(ofTenant(call)).filter(inStatus(call)) }));
  const one = (path: string, name: string, find: (id: number) => Json | undefined): Route =>
    route('GET', `${CONTROL_PREFIX}/${path}/{id}`, (call) => {
      const found = find(Number(call.params['id']));
      return found === undefined ? missing(name, call) : { status: 200, body: found };
    });
  return [
    all('installations', () => [...store.installations.values()].map(installationView)),
    one('installations', 'installation', (id) => map(store.installations.get(id), installationView)),
    all('jobs', () => [...store.jobs.values()].map((job) => jobView(github, job))),
    one('jobs', 'job', (id) => map(store.jobs.get(id), (job) => jobView(github, job))),
    all('runners', () => [...store.runners.values()].map((runner) => runnerView(github, runner))),
    all('deliveries', () => deliveries.list().map(shortDelivery)),
    one('deliveries', 'delivery', (id) => map(deliveries.find(id), fullDelivery)),
    route('POST', `${CONTROL_PREFIX}/deliveries/{id}/redeliver`, (call) => (deliveries.redeliver(Number(call.params['id'])) ? { status: 202, body: {} } : missing('delivery', call))),
    route('GET', `${CONTROL_PREFIX}/machines`, () => ({ status: 200, body: machines() })),
    route('GET', `${CONTROL_PREFIX}/calls`, (call) => ({ status: 200, body: calls.list().map((count) => ({ ...count })).filter(ofTenant(call)) })),
    route('POST', `${CONTROL_PREFIX}/calls/reset`, () => {
      calls.reset();
      return { status: 204 };
    }),
  ];
}

function settingRoutes({ github, setWebhookTarget }: ControlOptions): readonly Route[] {
  const { settings } = github;
  const shown = (): Json => ({ job_seconds: settings.jobLengthMs === null ? null : settings.jobLengthMs / 1000, lost_runner_seconds: settings.lostRunnerMs / 1000 });
  return [
    route('POST', `${CONTROL_PREFIX}/webhook-target`, (call) => {
      const url = text(bodyOf(call)['url']);
      if (url === undefined || !URL.canParse(url)) return { status: 400, body: { message: 'url: the API\'s address is missing.' } };
      setWebhookTarget(url);
      return { status: 204 };
    }),
    route('GET', `${CONTROL_PREFIX}/settings`, () => ({ status: 200, body: shown() })),
    route('PUT', `${CONTROL_PREFIX}/settings`, (call) => {
      const body = bodyOf(call);
      const length = 'job_seconds' in body ? readSeconds(body['job_seconds']) : settings.jobLengthMs;
      const lost = 'lost_runner_seconds' in body ? readSeconds(body['lost_runner_seconds']) : settings.lostRunnerMs;
      if (length === undefined || lost === undefined || lost === null) return badLength();
      Object.assign(settings, { jobLengthMs: length, lostRunnerMs: lost });
      return { status: 200, body: shown() };
    }),
  ];
}

function bodyOf(call: Call): Json {
  return object(parse(call.body)) ?? {};
}

function map<T, U>(value: T | undefined, to: (value: T) => U): U | undefined {
  return value === undefined ? undefined : to(value);
}

function missing(what: string, call: Call): Answer {
  return { status: 404, body: { message: `There is no ${what} ${call.params['id'] ?? ''}.` } };
}

function badLength(): Answer {
  return { status: 400, body: { message: 'seconds: not a number of at least 0 (null: until it is told to finish).' } };
}
