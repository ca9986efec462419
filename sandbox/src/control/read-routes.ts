import { fullDelivery, shortDelivery } from '../github/rest/app-routes';
import type { CallCounts } from '../github/rest/calls';
import type { GitHub } from '../github/github';
import { route, type Call, type Route } from '../lib/http';
import type { Json } from '../lib/json';
import { map, missing } from './answers';
import { checkView, deploymentView, installationView, jobView, runnerView, type MachineView } from './views';

export interface ReadOptions {
  readonly github: GitHub;
  readonly calls: CallCounts;
  readonly machines: () => readonly MachineView[];
}

export function readRoutes(prefix: string, { github, calls, machines }: ReadOptions): readonly Route[] {
  const { store, deliveries } = github;
  const ofTenant =
    (call: Call) =>
    (entry: Json): boolean => {
      const wanted = call.query.get('installation_id');
      return wanted === null || String(entry['installation_id']) === wanted;
    };
  const inStatus =
    (call: Call) =>
    (entry: Json): boolean => {
      const wanted = call.query.get('status');
      return wanted === null || entry['status'] === wanted;
    };
  const all = (path: string, entries: () => readonly Json[]): Route =>
    route('GET', `${prefix}/${path}`, (call) => ({
      status: 200,
      body: entries().filter(ofTenant(call)).filter(inStatus(call)),
    }));
  const one = (path: string, name: string, find: (id: number) => Json | undefined): Route =>
    route('GET', `${prefix}/${path}/{id}`, (call) => {
      const found = find(Number(call.params['id']));
      return found === undefined ? missing(name, call) : { status: 200, body: found };
    });
  return [
    all('installations', () => [...store.installations.values()].map(installationView)),
    one('installations', 'installation', (id) => map(store.installations.get(id), installationView)),
    all('jobs', () => [...store.jobs.values()].map((job) => jobView(github, job))),
    one('jobs', 'job', (id) => map(store.jobs.get(id), (job) => jobView(github, job))),
    all('checks', () => [...store.checkRuns.values()].map(checkView)),
    all('deployments', () => [...store.deployments.values()].map((one) => deploymentView(github, one))),
    all('runners', () => [...store.runners.values()].map((runner) => runnerView(github, runner))),
    all('deliveries', () => deliveries.list().map(shortDelivery)),
    one('deliveries', 'delivery', (id) => map(deliveries.find(id), fullDelivery)),
    route('POST', `${prefix}/deliveries/{id}/redeliver`, (call) =>
      deliveries.redeliver(Number(call.params['id'])) ? { status: 202, body: {} } : missing('delivery', call),
    ),
    route('GET', `${prefix}/machines`, () => ({ status: 200, body: machines() })),
    route('GET', `${prefix}/calls`, (call) => ({
      status: 200,
      body: calls
        .list()
        .map((count) => ({ ...count }))
        .filter(ofTenant(call)),
    })),
    route('POST', `${prefix}/calls/reset`, () => {
      calls.reset();
      return { status: 204 };
    }),
  ];
}
