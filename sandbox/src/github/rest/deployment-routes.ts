import { route, type Answer, type Call, type Route } from '../../lib/http';
import { object, oneOf, parse, text, type Json } from '../../lib/json';
import { commitNamed } from '../git/commits';
import type { GitHub } from '../github';
import { DEPLOYMENT_STATES, timestamp, type Deployment, type DeploymentStatus } from '../state/model';
import { NOT_FOUND, refusal } from './access';
import { inPlace, type Place } from './in-repository';
import { listed } from './paged';
import { nodeId, sender, userJson } from './representations';

/** https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status */
const LONGEST_DESCRIPTION = 140;
const READ = { permission: 'deployments', access: 'read' } as const;
const WRITE = { permission: 'deployments', access: 'write' } as const;
const BASE = '/repos/{owner}/{repo}/deployments';

/** https://docs.github.com/en/rest/deployments/deployments */
export function deploymentRoutes(github: GitHub, api: () => string): readonly Route[] {
  const show = (one: Deployment, place: Place): Json => deploymentJson(one, place, api());
  const found = (call: Call, { repository }: Place): Deployment | undefined => {
    const one = github.store.deployments.get(Number(call.params['deployment_id']));
    return one?.repositoryId === repository.id ? one : undefined;
  };
  return [
    route(
      'POST',
      BASE,
      inPlace(github, WRITE, async (call, place) => {
        const made = await create(github, call, place);
        return 'status' in made ? made : { status: 201, body: show(made, place) };
      }),
    ),
    route(
      'GET',
      BASE,
      inPlace(github, READ, (call, place) => {
        const wanted = (one: Deployment): boolean =>
          one.repositoryId === place.repository.id &&
          (['sha', 'ref', 'task', 'environment'] as const).every(
            (key) => (call.query.get(key) ?? one[key]) === one[key],
          );
        const all = [...github.store.deployments.values()].filter(wanted).reverse();
        return listed(
          call,
          all.map((one) => show(one, place)),
        );
      }),
    ),
    route(
      'GET',
      `${BASE}/{deployment_id}`,
      inPlace(github, READ, (call, place) => {
        const one = found(call, place);
        return one === undefined ? NOT_FOUND : { status: 200, body: show(one, place) };
      }),
    ),
    route(
      'POST',
      `${BASE}/{deployment_id}/statuses`,
      inPlace(github, WRITE, (call, place) => {
        const one = found(call, place);
        if (one === undefined) return NOT_FOUND;
        const made = addStatus(github, call, one);
        return 'status' in made ? made : { status: 201, body: statusJson(made, one, place, api()) };
      }),
    ),
    route(
      'GET',
      `${BASE}/{deployment_id}/statuses`,
      inPlace(github, READ, (call, place) => {
        const one = found(call, place);
        if (one === undefined) return NOT_FOUND;
        return listed(
          call,
          one.statuses.map((status) => statusJson(status, one, place, api())),
        );
      }),
    ),
  ];
}

async function create(github: GitHub, call: Call, { repository }: Place): Promise<Deployment | Answer> {
  const body = object(parse(call.body));
  const ref = text(body?.['ref']);
  if (body === undefined || ref === undefined) return refusal(422, 'Invalid request.\n\n"ref" wasn\'t supplied.');
  const sha = await commitNamed(github.git, repository.id, ref);
  if (sha === undefined) return refusal(422, `No ref found for: ${ref}`);
  const environment = text(body['environment']) ?? 'production';
  const production = body['production_environment'];
  const made: Deployment = {
    id: github.store.nextId(),
    repositoryId: repository.id,
    sha,
    ref,
    task: text(body['task']) ?? 'deploy',
    payload: body['payload'] ?? {},
    environment,
    description: text(body['description']) ?? null,
    transient: body['transient_environment'] === true,
    production: typeof production === 'boolean' ? production : environment === 'production',
    createdAt: github.clock(),
    statuses: [],
  };
  github.store.deployments.set(made.id, made);
  return made;
}

function addStatus(github: GitHub, call: Call, deployment: Deployment): DeploymentStatus | Answer {
  const body = object(parse(call.body)) ?? {};
  const state = oneOf(DEPLOYMENT_STATES, body['state']);
  if (state === undefined) return refusal(422, 'Validation Failed: state is not included in the list');
  const description = text(body['description']) ?? '';
  if (description.length > LONGEST_DESCRIPTION)
    return refusal(422, `Validation Failed: description is too long (maximum is ${LONGEST_DESCRIPTION} characters)`);
  const made: DeploymentStatus = {
    id: github.store.nextId(),
    state,
    description,
    environment: text(body['environment']) ?? deployment.statuses[0]?.environment ?? deployment.environment,
    environmentUrl: text(body['environment_url']) ?? '',
    logUrl: text(body['log_url']) ?? text(body['target_url']) ?? '',
    at: github.clock(),
  };
  keep(github, deployment, made);
  if (state === 'success' && body['auto_inactive'] !== false) endOthers(github, deployment, made);
  return made;
}

/** `auto_inactive`: the earlier successes of the environment are over, but not those of production. */
function endOthers(github: GitHub, deployment: Deployment, { environment }: DeploymentStatus): void {
  for (const one of github.store.deployments.values()) {
    const isPrior = one.repositoryId === deployment.repositoryId && one.id < deployment.id;
    const [latest] = one.statuses;
    if (isPrior && !one.transient && !one.production && one.environment === environment && latest?.state === 'success')
      keep(github, one, { ...latest, id: github.store.nextId(), state: 'inactive', at: github.clock() });
  }
}

function keep({ store }: GitHub, deployment: Deployment, status: DeploymentStatus): void {
  store.deployments.set(deployment.id, { ...deployment, statuses: [status, ...deployment.statuses] });
}

function deploymentJson(one: Deployment, { owner, repository }: Place, api: string): Json {
  const repository_url = `${api}/repos/${owner.login}/${repository.name}`;
  const url = `${repository_url}/deployments/${one.id}`;
  return {
    url,
    id: one.id,
    node_id: nodeId('Deployment', one.id),
    sha: one.sha,
    ref: one.ref,
    task: one.task,
    payload: one.payload,
    original_environment: one.environment,
    environment: one.statuses[0]?.environment ?? one.environment,
    description: one.description,
    creator: userJson(sender(owner), api),
    created_at: timestamp(one.createdAt),
    updated_at: timestamp(one.statuses[0]?.at ?? one.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url,
    transient_environment: one.transient,
    production_environment: one.production,
  };
}

function statusJson(one: DeploymentStatus, of: Deployment, { owner, repository }: Place, api: string): Json {
  const repository_url = `${api}/repos/${owner.login}/${repository.name}`;
  const deployment_url = `${repository_url}/deployments/${of.id}`;
  return {
    url: `${deployment_url}/statuses/${one.id}`,
    id: one.id,
    node_id: nodeId('DeploymentStatus', one.id),
    state: one.state,
    creator: userJson(sender(owner), api),
    description: one.description,
    environment: one.environment,
    target_url: one.logUrl,
    created_at: timestamp(one.at),
    updated_at: timestamp(one.at),
    deployment_url,
    repository_url,
    environment_url: one.environmentUrl,
    log_url: one.logUrl,
  };
}
