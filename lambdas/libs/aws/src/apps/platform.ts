import {
  alarmsOf,
  isByAlarm,
  type App,
  type AppPlatform,
  type Leftovers,
  type SeenApp,
  type SeenService,
} from '@multi-tenant-runner/core';
import { createAlarms } from './alarms';
import type { AwsApi } from './api';
import { createAppGroups } from './groups';
import { createLoadBalancing } from './load-balancing';
import { createRoles } from './roles';
import { createServices } from './services';
import type { AppPlatformSettings } from './settings';
import { createStorage } from './storage';

const count = (is: boolean): number => (is ? 1 : 0);

export function createAppPlatform(api: AwsApi, settings: AppPlatformSettings): AppPlatform {
  const storage = createStorage(api, settings);
  const groups = createAppGroups(api, settings);
  const balancing = createLoadBalancing(api, settings);
  const services = createServices(api, settings);
  const roles = createRoles(api, settings);
  const alarms = createAlarms(api, settings);
  const { environment, rollbackAlarms } = settings;
  /** Which alarms are on counts only where ECS says that one took a version back. */
  const firingFor = async (app: App, service: SeenService | undefined): Promise<Pick<SeenApp, 'firing'>> =>
    service?.rollouts.some(isByAlarm) === true ? { firing: await alarms.firing(app) } : {};
  const lookAtService = async (app: App): Promise<Pick<SeenApp, 'service' | 'firing'>> => {
    const service = await services.find(app);
    return { ...(service && { service }), ...(await firingFor(app, service)) };
  };
  /** The target group, and what is on it. */
  const lookAtTargets = async (app: App) => {
    const targetGroup = await balancing.findTargetGroup(app);
    const [rule, standing] = await Promise.all([
      balancing.findRule(app, targetGroup?.arn),
      alarms.find(app, targetGroup?.arn),
    ]);
    return { targetGroup, rule, alarms: standing };
  };
  const lookAtBuild = async (app: App, commit: string): Promise<Pick<SeenApp, 'repository' | 'image' | 'source'>> => {
    const [image, source] = await Promise.all([storage.findImage(app, commit), storage.hasSource(app, commit)]);
    return { ...image, source };
  };
  return {
    albs: settings.loadBalancers,
    look: async (app, { part, commit }): Promise<SeenApp> => {
      if (part === 'build') return { part, logGroup: false, ...(await lookAtBuild(app, commit ?? '')) };
      if (part === 'service')
        return { part, repository: true, logGroup: true, ...app.stood, ...(await lookAtService(app)) };
      const [build, logGroup, group, targets, service] = await Promise.all([
        commit === undefined ? storage.hasRepository(app) : lookAtBuild(app, commit),
        storage.findLogGroup(app),
        groups.find(app),
        lookAtTargets(app),
        lookAtService(app),
      ]);
      const { targetGroup, rule } = targets;
      // While it is removed a group counts without its way in as well.
      const isGroup = group.id !== undefined && (group.isReachable || app.state === 'deleting');
      return {
        part,
        ...(typeof build === 'boolean' ? { repository: build } : build),
        logGroup: logGroup === 'kept',
        ...(isGroup && group.id !== undefined && { group: group.id }),
        ...(targetGroup && { targetGroup: targetGroup.arn, healthPath: targetGroup.path }),
        ...(rule && { rule }),
        alarms: targets.alarms,
        ...service,
      };
    },
    leftovers: async (
      app,
      { rule, service, alarms: standing = [], targetGroup, group, repository },
    ): Promise<Leftovers> => {
      const [taskDefinitions, sources, secrets, role, logGroup] = await Promise.all([
        services.countTaskDefinitions(app),
        storage.countSources(app),
        storage.countSecrets(app),
        app.secrets === undefined ? 0 : roles.count(app),
        storage.findLogGroup(app),
      ]);
      return {
        rules: count(rule !== undefined),
        services: count(service !== undefined && service.status !== 'inactive'),
        alarms: standing.length,
        target_groups: count(targetGroup !== undefined),
        security_groups: count(group !== undefined),
        task_definitions: taskDefinitions,
        repositories: count(repository),
        sources,
        secrets,
        roles: role,
        log_groups: count(logGroup !== 'none'),
      };
    },
    createRepository: storage.createRepository,
    createLogGroup: storage.createLogGroup,
    createGroup: groups.create,
    createTargetGroup: (app) => balancing.createTargetGroup(app, app.port),
    createRole: roles.create,
    createRule: balancing.createRule,
    setRule: balancing.setRule,
    alarmsOf: (app) => alarmsOf(environment, app, rollbackAlarms.figures),
    putAlarm: alarms.put,
    deleteAlarms: alarms.remove,
    registerTask: async (task) => {
      const [arn] = await Promise.all([services.registerTask(task), storage.keepImages(task.app)]);
      return arn;
    },
    createService: services.create,
    updateService: async ({ healthPath, ...service }) => {
      // What is asked of a healthy task may have changed with the version; an account may rarely ask for changes.
      if (service.taskDefinition !== undefined && healthPath !== service.app.healthPath)
        await balancing.setHealth(service.targetGroup, service.app);
      await services.update(service);
    },
    deleteRule: balancing.deleteRule,
    deleteService: services.remove,
    deleteTargetGroup: balancing.deleteTargetGroup,
    deleteGroup: groups.remove,
    deleteTaskDefinitions: services.removeTaskDefinitions,
    deleteRepository: storage.removeRepository,
    deleteSources: storage.removeSources,
    deleteSecrets: storage.removeSecrets,
    forgetSecrets: storage.forgetSecrets,
    deleteRole: roles.remove,
    deleteLogGroup: storage.removeLogGroup,
    putSource: storage.putSource,
  };
}
