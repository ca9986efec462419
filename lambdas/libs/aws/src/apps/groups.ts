import { namesOfApp, type App, type Created, type Removed } from '@multi-tenant-runner/core';
import { isAwsRefusal, unless, type AwsApi } from './api';
import { flatTagsOf, isOwn, type AppPlatformSettings } from './settings';
import { find, listIn, textIn, type XmlNode } from './xml';

/** Security groups of tasks: only the load balancer's group reaches the app's port, and no group names another's. */
export function createAppGroups(api: AwsApi, settings: AppPlatformSettings) {
  const { environment, vpcId } = settings;
  const describe = async (app: App): Promise<XmlNode | undefined> => {
    const answer = await api.query('ec2', 'DescribeSecurityGroups', {
      'Filter.1.Name': 'group-name',
      'Filter.1.Value.1': namesOfApp(environment, app.app).securityGroup,
      'Filter.2.Name': 'vpc-id',
      'Filter.2.Value.1': vpcId,
    });
    return listIn(answer, 'securityGroupInfo').find((group) => isOwn(tagsIn(group), environment, app));
  };
  const isReachable = (group: XmlNode, app: App): boolean =>
    listIn(group, 'ipPermissions').some(
      (rule) =>
        textIn(rule, 'fromPort') === String(app.port) &&
        listIn(rule, 'groups').some((one) => textIn(one, 'groupId') === balancerOf(app)),
    );
  const balancerOf = (app: App): string => settings.loadBalancers[app.slot?.alb ?? 0]?.securityGroupId ?? '';

  const create = async (app: App): Promise<string | undefined> => {
    const name = namesOfApp(environment, app.app).securityGroup;
    const made = await unless(['InvalidGroup.Duplicate'], () =>
      api.query('ec2', 'CreateSecurityGroup', {
        GroupName: name,
        GroupDescription: `Tasks of the app ${app.app}.`,
        VpcId: vpcId,
        'TagSpecification.1.ResourceType': 'security-group',
        ...flatTagsOf(environment, app, 'TagSpecification.1.Tag'),
      }),
    );
    return textIn(made, 'groupId');
  };
  return {
    /** Undefined: there is none, or it lacks the way in. */
    find: async (app: App): Promise<{ readonly id?: string; readonly isReachable: boolean }> => {
      const group = await describe(app);
      const id = textIn(group, 'groupId');
      return { isReachable: group !== undefined && isReachable(group, app), ...(id !== undefined && { id }) };
    },
    create: async (app: App): Promise<Created<string>> => {
      const standing = await describe(app);
      const id = textIn(standing, 'groupId') ?? (await create(app)) ?? textIn(await describe(app), 'groupId');
      const name = namesOfApp(environment, app.app).securityGroup;
      if (id === undefined)
        return { kind: 'refused', reason: `A security group ${name} stands that is not the app's.` };
      await unless(['InvalidPermission.Duplicate'], () =>
        api.query('ec2', 'AuthorizeSecurityGroupIngress', {
          GroupId: id,
          'IpPermissions.1.IpProtocol': 'tcp',
          'IpPermissions.1.FromPort': String(app.port),
          'IpPermissions.1.ToPort': String(app.port),
          'IpPermissions.1.Groups.1.GroupId': balancerOf(app),
        }),
      );
      return { kind: 'created', id };
    },
    remove: async (id: string): Promise<Removed> => {
      try {
        await unless(['InvalidGroup.NotFound'], () => api.query('ec2', 'DeleteSecurityGroup', { GroupId: id }));
        return 'removed';
      } catch (error) {
        // The network interfaces of the tasks go minutes after them.
        if (isAwsRefusal(error, 'DependencyViolation')) return 'busy';
        throw error;
      }
    },
  };
}

function tagsIn(group: XmlNode): ReadonlyMap<string, string> {
  const tags = group.children.find(({ name }) => name === 'tagSet');
  return new Map((tags?.children ?? []).map((tag) => [find(tag, 'key')?.text ?? '', find(tag, 'value')?.text ?? '']));
}
