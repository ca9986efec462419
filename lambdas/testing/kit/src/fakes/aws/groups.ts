import { Refuse } from './refuse';

type Parameters = ReadonlyMap<string, string>;

interface Group {
  readonly id: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly ingress: { readonly port: string; readonly group: string }[];
}

/** Security groups of one VPC: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html */
export interface FakeGroups {
  readonly groups: Map<string, Group>;
  readonly operations: Readonly<Record<string, (parameters: Parameters) => string>>;
}

/** @param isHeld whether a network interface has the group */
export function createFakeGroups(isHeld: (id: string) => boolean): FakeGroups {
  const groups = new Map<string, Group>();
  let made = 0;
  const byName = (name: string | undefined): Group | undefined =>
    [...groups.values()].find((group) => group.name === name);
  return {
    groups,
    operations: {
      DescribeSecurityGroups: (parameters) => {
        const found = byName(parameters.get('Filter.1.Value.1'));
        return `<securityGroupInfo>${found === undefined ? '' : describe(found)}</securityGroupInfo>`;
      },
      CreateSecurityGroup: (parameters) => {
        const name = parameters.get('GroupName') ?? '';
        if (byName(name) !== undefined) throw new Refuse('InvalidGroup.Duplicate');
        const id = `sg-${(made += 1)}`;
        groups.set(id, { id, name, tags: tagsIn(parameters), ingress: [] });
        return `<groupId>${id}</groupId>`;
      },
      AuthorizeSecurityGroupIngress: (parameters) => {
        const group = groups.get(parameters.get('GroupId') ?? '');
        if (group === undefined) throw new Refuse('InvalidGroup.NotFound');
        const rule = {
          port: parameters.get('IpPermissions.1.FromPort') ?? '',
          group: parameters.get('IpPermissions.1.Groups.1.GroupId') ?? '',
        };
        if (group.ingress.some((one) => one.port === rule.port && one.group === rule.group))
          throw new Refuse('InvalidPermission.Duplicate');
        group.ingress.push(rule);
        return '<return>true</return>';
      },
      DeleteSecurityGroup: (parameters) => {
        const id = parameters.get('GroupId') ?? '';
        if (!groups.has(id)) throw new Refuse('InvalidGroup.NotFound');
        if (isHeld(id)) throw new Refuse('DependencyViolation', `resource ${id} has a dependent object`);
        groups.delete(id);
        return '<return>true</return>';
      },
    },
  };
}

function describe({ id, name, tags, ingress }: Group): string {
  const permissions = ingress.map(
    ({ port, group }) =>
      `<item><fromPort>${port}</fromPort><groups><item><groupId>${group}</groupId></item></groups></item>`,
  );
  const tagSet = [...tags].map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`).join('');
  return (
    `<item><groupId>${id}</groupId><groupName>${name}</groupName><ipPermissions>${permissions.join('')}` +
    `</ipPermissions><tagSet>${tagSet}</tagSet></item>`
  );
}

function tagsIn(parameters: Parameters): ReadonlyMap<string, string> {
  const keys = [...parameters].filter(([name]) => /^TagSpecification\.1\.Tag\.\d+\.Key$/.test(name));
  return new Map(keys.map(([name, key]) => [key, parameters.get(name.replace(/Key$/, 'Value')) ?? '']));
}
