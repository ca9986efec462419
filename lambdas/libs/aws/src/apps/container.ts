import { namesOfApp, type App } from '@multi-tenant-runner/core';
import { objects, type JsonAnswer } from './api';
import type { AppPlatformSettings } from './settings';

export const CONTAINER = 'app';

interface Image {
  readonly digest: string;
  readonly commit: string;
  readonly settings: AppPlatformSettings;
}

/** ECS reads each secret as it starts a task: a task definition has where it is, and no value. */
export function containerOf(app: App, { digest, commit, settings }: Image) {
  const { repository, logGroup } = namesOfApp(settings.environment, app.app);
  return {
    name: CONTAINER,
    image: `${settings.registry}/${repository}@${digest}`,
    essential: true,
    portMappings: [{ containerPort: app.port, hostPort: app.port, protocol: 'tcp' }],
    environment: [
      { name: 'PORT', value: String(app.port) },
      { name: 'APP', value: app.app },
      { name: 'COMMIT', value: commit },
    ],
    secrets: secretsOf(app),
    logConfiguration: {
      logDriver: 'awslogs',
      options: { 'awslogs-group': logGroup, 'awslogs-region': settings.region, 'awslogs-stream-prefix': CONTAINER },
    },
  };
}

const secretsOf = ({ secrets }: App) => (secrets?.kept ?? []).map(({ name, arn }) => ({ name, valueFrom: arn }));

/** Whether a task definition has of the app what it now is to have. */
export function isShaped(task: JsonAnswer, app: App): boolean {
  const [container] = objects(task['containerDefinitions']);
  const [mapping] = objects(container?.['portMappings']);
  const isSized = task['cpu'] === String(app.cpu) && task['memory'] === String(app.memory);
  const named = new Set(
    objects(container?.['secrets']).map(({ name, valueFrom }) => `${String(name)}=${String(valueFrom)}`),
  );
  const wanted = secretsOf(app).map(({ name, valueFrom }) => `${name}=${valueFrom}`);
  const hasSecrets = named.size === wanted.length && wanted.every((one) => named.has(one));
  return isSized && mapping?.['containerPort'] === app.port && hasSecrets;
}
