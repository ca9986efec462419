import type { AppPlatform, Leftovers, SeenApp } from '@multi-tenant-runner/core';
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
  return {
    albs: settings.loadBalancers,
    look: async (app, commit): Promise<SeenApp> => {
      const [repository, logGroup, group, [targetGroup, rule], service, image, source] = await Promise.all([
        storage.hasRepository(app),
        storage.findLogGroup(app),
        groups.find(app),
        balancing.findTargetGroup(app).then(async (arn) => [arn, await balancing.findRule(app, arn)] as const),
        services.find(app),
        commit === undefined ? undefined : storage.findImage(app, commit),
        commit === undefined ? undefined : storage.hasSource(app, commit),
      ]);
      // While it is removed a group counts without its way in as well.
      const isGroup = group.id !== undefined && (group.isReachable || app.state === 'deleting');
      return {
        repository,
        logGroup: logGroup === 'kept',
        ...(isGroup && group.id !== undefined && { group: group.id }),
        ...(targetGroup !== undefined && { targetGroup }),
        ...(rule && { rule }),
        ...(service && { service }),
        ...(image !== undefined && { image }),
        ...(source !== undefined && { source }),
      };
    },
    leftovers: async (app, { rule, service, targetGroup, group, repository }): Promise<Leftovers> => {
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
    registerTask: async (task) => {
      await storage.keepImages(task.app);
      return services.registerTask(task);
    },
    createService: services.create,
    updateService: async (service) => {
      // What is asked of a healthy task may have changed with the version.
      if (service.taskDefinition !== undefined) await balancing.setHealth(service.targetGroup, service.app);
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
