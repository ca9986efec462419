import {
  EVENT_SOURCE,
  appOfRepository,
  isObject,
  parsePullEvent,
  parsePush,
  type PullEvent,
  type PushEvent,
} from '@multi-tenant-runner/core';

/** What an event of a bus is about. */
export type AppEvent =
  | { readonly kind: 'push'; readonly push: PushEvent }
  | { readonly kind: 'pull'; readonly pull: PullEvent }
  /** Something happened in a repository that may have apps. */
  | { readonly kind: 'repository'; readonly installationId: number; readonly repoId: number }
  | { readonly kind: 'tenant'; readonly installationId: number }
  | { readonly kind: 'app'; readonly app: string }
  | { readonly kind: 'nothing'; readonly reason: string };

const nothing = (reason: string): AppEvent => ({ kind: 'nothing', reason });

/**
 * An event as EventBridge delivers it. Only AWS puts events of a source `aws.` on a bus, and only this installation
 * puts its own on its bus; what an event says of an app is only a reason to look at it.
 */
export function parseEvent(event: unknown, environment: string): AppEvent {
  if (!isObject(event) || !isObject(event['detail'])) return nothing('it is not an event of EventBridge');
  const { source, detail, 'detail-type': type } = event;
  if (source === EVENT_SOURCE) return parseOwn(type, detail);
  const app = appOf(source, detail, { resources: event['resources'], environment });
  return app === undefined ? nothing('it is about no app of this installation') : { kind: 'app', app };
}

function parseOwn(type: unknown, detail: Readonly<Record<string, unknown>>): AppEvent {
  if (type === 'push') {
    const parsed = parsePush(detail);
    if (!parsed.ok) return nothing(parsed.problems.join('; '));
    return parsed.value === undefined ? nothing('no branch has a new commit') : { kind: 'push', push: parsed.value };
  }
  if (type === 'pull_request') {
    const parsed = parsePullEvent(detail);
    return parsed.ok ? { kind: 'pull', pull: parsed.value } : nothing(parsed.problems.join('; '));
  }
  const [installationId, repoId] = [numberIn(detail['installation'], 'id'), numberIn(detail['repository'], 'id')];
  if (type === 'workflow_run' && installationId !== undefined && repoId !== undefined)
    return { kind: 'repository', installationId, repoId };
  const tenant = numberIn(detail, 'installationId') ?? numberIn(detail, 'installation_id') ?? installationId;
  return tenant === undefined ? nothing('it names no installation') : { kind: 'tenant', installationId: tenant };
}

interface Context {
  readonly resources: unknown;
  readonly environment: string;
}

/**
 * By the names that an app's resources have.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_cwe_events.html
 */
function appOf(
  source: unknown,
  detail: Readonly<Record<string, unknown>>,
  { resources, environment }: Context,
): string | undefined {
  if (source === 'aws.ecr') {
    const repository = after(detail['repository-name'], `${environment}/apps/`);
    return repository === undefined ? undefined : appOfRepository(repository);
  }
  if (source === 'aws.ecs') {
    const arn: unknown = Array.isArray(resources) ? resources[0] : undefined;
    return typeof arn === 'string' ? after(arn.split('/').at(-1), `${environment}-app-`) : undefined;
  }
  return source === 'aws.codebuild' ? variableIn(detail, 'APP') : undefined;
}

function after(text: unknown, start: string): string | undefined {
  return typeof text === 'string' && text.startsWith(start) ? text.slice(start.length) : undefined;
}

/** https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html */
function variableIn(detail: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const more = detail['additional-information'];
  const environment = isObject(more) ? more['environment'] : undefined;
  const variables: unknown = isObject(environment) ? environment['environment-variables'] : undefined;
  if (!Array.isArray(variables)) return undefined;
  const found: unknown = variables.find((one: unknown) => isObject(one) && one['name'] === name);
  return isObject(found) && typeof found['value'] === 'string' ? found['value'] : undefined;
}

function numberIn(value: unknown, field: string): number | undefined {
  const found = isObject(value) ? value[field] : undefined;
  return typeof found === 'number' ? found : undefined;
}
