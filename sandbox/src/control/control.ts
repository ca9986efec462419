import { match, type Handler } from '../lib/http';
import { accountRoutes } from './account-routes';
import { faultRoutes, type FaultOptions } from './fault-routes';
import { problemOf } from './fields';
import { installationRoutes } from './installation-routes';
import type { Oidc } from '../github/oidc';
import { jobRoutes } from './job-routes';
import { pullRoutes } from './pull-routes';
import { readRoutes, type ReadOptions } from './read-routes';
import { repositoryRoutes } from './repository-routes';
import { settingRoutes, type SettingOptions } from './setting-routes';

export interface ControlOptions extends ReadOptions, SettingOptions {
  /** Absent: no faults on demand. */
  readonly faults?: FaultOptions;
  /** Absent: jobs have no tokens. */
  readonly oidc?: Pick<Oidc, 'tokenOf'>;
}

export const CONTROL_PREFIX = '/_control';

/** Controls GitHub and the machines: the sandbox's README lists every route. */
export function createControl(options: ControlOptions): Handler {
  const routes = [
    ...installationRoutes(`${CONTROL_PREFIX}/installations`, options.github),
    ...accountRoutes(`${CONTROL_PREFIX}/installations`, options.github),
    ...repositoryRoutes(`${CONTROL_PREFIX}/installations`, options.github),
    ...pullRoutes(`${CONTROL_PREFIX}/installations`, options.github),
    ...jobRoutes(`${CONTROL_PREFIX}/jobs`, options.github, options.oidc),
    ...readRoutes(CONTROL_PREFIX, options),
    ...settingRoutes(CONTROL_PREFIX, options),
    ...(options.faults ? faultRoutes(CONTROL_PREFIX, options.faults) : []),
  ];
  return (call) => {
    const found = match(routes, call.method, call.path);
    const problem = found && problemOf(found.route, CONTROL_PREFIX, call);
    if (problem !== undefined) return { status: 400, body: { message: problem } };
    if (found !== undefined) return found.route.handle({ ...call, params: found.params });
    if (call.path === `${CONTROL_PREFIX}/health`) return { status: 200, body: { status: 'ok' } };
    if (call.path === CONTROL_PREFIX)
      return { status: 200, body: { routes: routes.map((one) => `${one.method} ${one.template}`) } };
    return {
      status: 404,
      body: { message: `The control API has no ${call.method} ${call.path}; GET ${CONTROL_PREFIX} lists its routes.` },
    };
  };
}
