import {
  alarmsOf,
  isObject,
  namesOfApp,
  type App,
  type Created,
  type Removed,
  type SeenRollout,
  type SeenService,
  type ServiceToRun,
  type TaskToRegister,
} from '@multi-tenant-runner/core';
import { isAwsRefusal, objects, unless, type AwsApi, type JsonAnswer } from './api';
import { CONTAINER, containerOf, isShaped } from './container';
import { createRoles } from './roles';
import { tagsOf, type AppPlatformSettings } from './settings';

const DEPLOYMENT_TAG = 'ghr:deployment';
/** As many as DeleteTaskDefinitions takes. */
const AT_ONCE = 10;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];

/** Services and task definitions of apps: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/Welcome.html */
export function createServices(api: AwsApi, settings: AppPlatformSettings) {
  const { environment, cluster } = settings;
  const roles = createRoles(api, settings);
  const namesOf = (app: App) => namesOfApp(environment, app.app);
  const listed = (tags: Readonly<Record<string, string>>) =>
    Object.entries(tags).map(([key, value]) => ({ key, value }));
  const ecs = (action: string, input: object): Promise<JsonAnswer> => api.json('ecs', action, input);
  const taskDefinitionsOf = async (app: App, status: 'ACTIVE' | 'INACTIVE'): Promise<readonly string[]> => {
    const { taskDefinitionArns } = await ecs('ListTaskDefinitions', { familyPrefix: namesOf(app).family, status });
    return texts(taskDefinitionArns);
  };
  /** Of that deployment and of the app as it is: its size may have changed after a call whose answer was lost. */
  const latest = async (app: App, deploymentId: string): Promise<string | undefined> => {
    const answer = await unless(['ClientException'], () =>
      ecs('DescribeTaskDefinition', { taskDefinition: namesOf(app).family, include: ['TAGS'] }),
    );
    const isIts = objects(answer?.['tags']).some(({ key, value }) => key === DEPLOYMENT_TAG && value === deploymentId);
    const task = answer?.['taskDefinition'];
    return isIts && isObject(task) && isShaped(task, app) ? textOf(task['taskDefinitionArn']) : undefined;
  };
  const alarmNamesOf = (app: App): readonly string[] => {
    const { names, figures } = settings.rollbackAlarms;
    return [...names, ...alarmsOf(environment, app, figures).map(({ name }) => name)];
  };
  /** Without alarms none that the service had before count either: what a call leaves out stays as it is. */
  const deploymentConfigurationOf = (alarmNames: readonly string[]) => ({
    deploymentCircuitBreaker: { enable: true, rollback: true },
    maximumPercent: 200,
    minimumHealthyPercent: 100,
    // ECS watches them while a version rolls out, and for a while after.
    alarms: { alarmNames, enable: alarmNames.length > 0, rollback: alarmNames.length > 0 },
  });
  const loadBalancersOf = ({ app, targetGroup }: Pick<ServiceToRun, 'app' | 'targetGroup'>) => [
    { targetGroupArn: targetGroup, containerName: CONTAINER, containerPort: app.port },
  ];
  return {
    find: async (app: App): Promise<SeenService | undefined> => {
      const services = [namesOf(app).service];
      const answer = await unless(['ClusterNotFoundException'], () => ecs('DescribeServices', { cluster, services }));
      const [service] = objects(answer?.['services']);
      return service && seenService(service);
    },
    /** A deployment has one task definition, however often it is asked for. */
    registerTask: async ({ app, deployment, digest, isFirst }: TaskToRegister): Promise<string> => {
      const standing = isFirst ? undefined : await latest(app, deployment.deploymentId);
      if (standing !== undefined) return standing;
      const tags = { ...tagsOf(environment, app), [DEPLOYMENT_TAG]: deployment.deploymentId };
      const { taskDefinition } = await ecs('RegisterTaskDefinition', {
        family: namesOf(app).family,
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: String(app.cpu),
        memory: String(app.memory),
        // No task role: an app has no right in AWS at all.
        executionRoleArn: roles.arnOf(app),
        containerDefinitions: [containerOf(app, { digest, commit: deployment.commit, settings })],
        tags: listed(tags),
      });
      return isObject(taskDefinition) ? textOf(taskDefinition['taskDefinitionArn']) : '';
    },
    create: async ({ app, taskDefinition, count, targetGroup, group }: ServiceToRun): Promise<Created<string>> => {
      const { service: serviceName } = namesOf(app);
      try {
        const made = await ecs('CreateService', {
          cluster,
          serviceName,
          taskDefinition,
          desiredCount: count,
          launchType: 'FARGATE',
          deploymentConfiguration: deploymentConfigurationOf(alarmNamesOf(app)),
          networkConfiguration: {
            awsvpcConfiguration: {
              subnets: settings.subnetIds,
              securityGroups: [group],
              assignPublicIp: 'DISABLED',
            },
          },
          loadBalancers: loadBalancersOf({ app, targetGroup }),
          healthCheckGracePeriodSeconds: 60,
          propagateTags: 'SERVICE',
          enableECSManagedTags: true,
          tags: listed(tagsOf(environment, app)),
        });
        const { service } = made;
        return { kind: 'created', id: isObject(service) ? textOf(service['serviceArn']) : '' };
      } catch (error) {
        // It stands already: made by a call whose answer was lost.
        if (isAwsRefusal(error, 'InvalidParameterException') && /idempotent/i.test(error.message))
          return { kind: 'created', id: serviceName };
        if (!isAwsRefusal(error, 'InvalidParameterException', 'ClientException')) throw error;
        return { kind: 'refused', reason: `ECS does not take the service: ${error.message}` };
      }
    },
    update: async ({
      app,
      count,
      targetGroup,
      taskDefinition,
    }: Pick<ServiceToRun, 'app' | 'count' | 'targetGroup'> & { readonly taskDefinition?: string }): Promise<void> => {
      const { service } = namesOf(app);
      // The alarms too, as they may be others than those that the service was made with.
      const loadBalancers = loadBalancersOf({ app, targetGroup });
      const deploymentConfiguration = deploymentConfigurationOf(alarmNamesOf(app));
      const version = taskDefinition === undefined ? {} : { taskDefinition, loadBalancers, deploymentConfiguration };
      await ecs('UpdateService', { cluster, service, desiredCount: count, ...version });
    },
    remove: async (app: App): Promise<Removed> => {
      const { service } = namesOf(app);
      const gone = ['ServiceNotFoundException', 'ServiceNotActiveException', 'ClusterNotFoundException'];
      await unless(gone, () => ecs('DeleteService', { cluster, service, force: true }));
      return 'removed';
    },
    countTaskDefinitions: async (app: App): Promise<number> =>
      (await Promise.all([taskDefinitionsOf(app, 'ACTIVE'), taskDefinitionsOf(app, 'INACTIVE')])).flat().length,
    /** Those that still run are gone once their tasks are: ECS keeps them for that long. */
    removeTaskDefinitions: async (app: App): Promise<Removed> => {
      for (const taskDefinition of await taskDefinitionsOf(app, 'ACTIVE'))
        await ecs('DeregisterTaskDefinition', { taskDefinition });
      const inactive = await taskDefinitionsOf(app, 'INACTIVE');
      for (let at = 0; at < inactive.length; at += AT_ONCE)
        await ecs('DeleteTaskDefinitions', { taskDefinitions: inactive.slice(at, at + AT_ONCE) });
      return (await taskDefinitionsOf(app, 'INACTIVE')).length > 0 ? 'busy' : 'removed';
    },
  };
}

const STATUSES: Readonly<Record<string, SeenService['status']>> = { ACTIVE: 'active', DRAINING: 'draining' };
const ROLLOUTS: Readonly<Record<string, SeenRollout['state']>> = { COMPLETED: 'completed', FAILED: 'failed' };

function seenService(service: JsonAnswer): SeenService {
  const rollouts = objects(service['deployments']).map((one): SeenRollout => {
    const reason = textOf(one['rolloutStateReason']);
    return {
      taskDefinition: textOf(one['taskDefinition']),
      state: ROLLOUTS[textOf(one['rolloutState'])] ?? 'in-progress',
      ...(reason !== '' && { reason }),
    };
  });
  return {
    status: STATUSES[textOf(service['status'])] ?? 'inactive',
    taskDefinition: textOf(service['taskDefinition']),
    desired: Number(service['desiredCount'] ?? 0),
    running: Number(service['runningCount'] ?? 0),
    rollouts,
  };
}
