import type { Call, Route } from '../lib/http';
import { object, oneOf, parse, text, texts, whole } from '../lib/json';
import { CONCLUSIONS } from '../github/state/model';

/** Says what is wrong with a value, by the path of the field that holds it. */
type Check = (value: unknown, path: string) => string | undefined;

const is =
  (holds: (value: unknown) => boolean, otherwise: string): Check =>
  (value, path) =>
    holds(value) ? undefined : `${path}: ${otherwise}.`;
const STRING = is((value) => text(value) !== undefined, 'not a string');
const STRINGS = is((value) => texts(value) !== undefined, 'not a list of strings');
const INTEGER = is((value) => whole(value) !== undefined, 'not an integer');
const TIMES = is((value) => (whole(value) ?? 0) > 0, 'not an integer of at least 1');
const FLAG = is((value) => typeof value === 'boolean', 'neither true nor false');
const isLength = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const SECONDS = is(isLength, 'not a number of at least 0');
const LENGTH = is(
  (value) => value === null || isLength(value),
  'not a number of at least 0 (null: until finished on request)',
);
const ADDRESS = is((value) => URL.canParse(text(value) ?? ''), 'not an address');
const among = (known: readonly string[]): Check =>
  is((value) => oneOf(known, value) !== undefined, `none of ${known.join(', ')}`);

/** A structure of just these fields, all optional here: what a route can't do without it says itself. */
function fields(known: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const given = object(value);
    if (given === undefined) return path === '' ? 'The body is no JSON object.' : `${path}: not a JSON object.`;
    for (const [name, one] of Object.entries(given)) {
      const at = path === '' ? name : `${path}.${name}`;
      const check = Object.hasOwn(known, name) ? known[name] : undefined;
      if (check === undefined) return `${at}: unknown here; ${allowed(Object.keys(known))}`;
      const problem = check(one, at);
      if (problem !== undefined) return problem;
    }
    return undefined;
  };
}

/** A structure whose names are free. */
function each(check: Check): Check {
  return (value, path) => {
    const given = object(value);
    if (given === undefined) return `${path}: not a JSON object.`;
    return Object.entries(given)
      .map(([name, one]) => check(one, `${path}.${name}`))
      .find((problem) => problem !== undefined);
  };
}

const allowed = (names: readonly string[]): string =>
  names.length === 0 ? 'nothing is to be given.' : `known are ${names.join(', ')}.`;

const SHARED = { installation_id: INTEGER, times: TIMES };
/** What the body of each route may hold. A route that is not here takes nothing. */
const BODIES: Readonly<Record<string, Check>> = {
  'POST /installations': fields({
    account: fields({ login: STRING, type: among(['Organization', 'User']), id: INTEGER }),
    id: INTEGER,
    permissions: each(among(['read', 'write'])),
    repositories: STRINGS,
  }),
  'POST /installations/{id}/rename': fields({ login: STRING }),
  'POST /installations/{id}/repositories/{repo}/rename': fields({ name: STRING }),
  'PUT /installations/{id}/repositories/{repo}': fields({ public: FLAG }),
  'POST /installations/{id}/repositories/{repo}/pulls': fields({ title: STRING, head: STRING, base: STRING }),
  'PATCH /installations/{id}/repositories/{repo}/pulls/{number}': fields({
    state: among(['open', 'closed']),
    base: STRING,
  }),
  'POST /installations/{id}/repositories/{repo}/forks': fields({ login: STRING }),
  'PUT /installations/{id}/variables/{name}': fields({ value: STRING }),
  'PUT /installations/{id}/runner-groups/{name}': fields({ repositories: STRINGS }),
  'POST /jobs': fields({
    installation_id: INTEGER,
    labels: STRINGS,
    repo: STRING,
    public: FLAG,
    name: STRING,
    seconds: LENGTH,
    gate: FLAG,
    admitted: FLAG,
    hidden: FLAG,
  }),
  'POST /jobs/{id}/finish': fields({ conclusion: among(CONCLUSIONS) }),
  'POST /jobs/{id}/token': fields({ audience: STRING, event: STRING }),
  'PUT /jobs/{id}/length': fields({ seconds: LENGTH }),
  'PUT /settings': fields({ job_seconds: LENGTH, lost_runner_seconds: SECONDS }),
  'POST /webhook-target': fields({ url: ADDRESS }),
  'POST /faults/github': fields({
    kind: among(['status', 'rate_limit', 'secondary_limit', 'slow']),
    status: INTEGER,
    seconds: SECONDS,
    route: STRING,
    ...SHARED,
  }),
  'POST /faults/deliveries': fields({
    kind: among(['drop', 'duplicate', 'delay']),
    seconds: SECONDS,
    event: STRING,
    action: STRING,
    ...SHARED,
  }),
  'POST /faults/machines': fields({ kind: among(['never_boots']), ...SHARED }),
  // The launcher reads it, and is as strict.
  'POST /faults/aws': () => undefined,
  'PUT /faults/polling/{queue}': fields({ enabled: FLAG }),
};
const NOTHING = fields({});

/** What a list may be narrowed by. */
const QUERIES: Readonly<Record<string, readonly string[]>> = {
  'GET /installations': ['installation_id', 'status'],
  'GET /jobs': ['installation_id', 'status'],
  'GET /runners': ['installation_id', 'status'],
  'GET /checks': ['installation_id', 'status'],
  'GET /deployments': ['installation_id'],
  'GET /deliveries': ['installation_id', 'status'],
  'GET /calls': ['installation_id'],
};

/** What is wrong with a call's body or query, in one sentence that starts with the field. */
export function problemOf({ method, template }: Route, prefix: string, call: Call): string | undefined {
  const name = `${method} ${template.slice(prefix.length)}`;
  const known = QUERIES[name] ?? [];
  for (const [parameter, value] of call.query) {
    if (!known.includes(parameter)) return `?${parameter}: unknown here; ${allowed(known)}`;
    if (parameter === 'installation_id' && !/^\d+$/.test(value)) return '?installation_id: not an integer.';
  }
  return call.body.length === 0 ? undefined : (BODIES[name] ?? NOTHING)(parse(call.body), '');
}
