import { awsError, createStubClient, type SentCommand, type StubAnswer } from '@multi-tenant-runner/testing';
import { planEgress, type EgressRule } from './plan-egress';
import { createEc2SecurityGroups } from './security-groups';

const HTTPS: EgressRule = {
  description: 'HTTPS',
  protocol: 'tcp',
  fromPort: 443,
  toPort: 443,
  cidrBlocks: ['0.0.0.0/0'],
  ipv6CidrBlocks: ['::/0'],
};
const DEFAULT_EGRESS = { IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const ours = (overrides: Record<string, unknown> = {}) => ({
  GroupId: 'sg-1',
  GroupName: 'test-tenant-1001',
  VpcId: 'vpc-1',
  IpPermissionsEgress: [DEFAULT_EGRESS],
  Tags: [
    { Key: 'ghr:environment', Value: 'test' },
    { Key: 'ghr:tenant_id', Value: '1001' },
  ],
  ...overrides,
});

function setUp(answer: (command: SentCommand, sent: readonly SentCommand[]) => StubAnswer, egressRules = [HTTPS]) {
  const client = createStubClient((command) => answer(command, client.sent));
  const groups = createEc2SecurityGroups({
    client,
    environment: 'test',
    vpcId: 'vpc-1',
    egressRules,
    tags: { Project: 'x' },
    sleep: async () => undefined,
  });
  return { groups, sent: client.sent, names: () => client.sent.map(({ name }) => name) };
}

describe('the plan for a way out', () => {
  it('closes what AWS opens and opens what is configured', () => {
    expect(planEgress([DEFAULT_EGRESS], [HTTPS])).toEqual({
      revoke: [DEFAULT_EGRESS],
      authorize: [
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'HTTPS' }] },
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, Ipv6Ranges: [{ CidrIpv6: '::/0', Description: 'HTTPS' }] },
      ],
    });
  });

  it('changes nothing where all is as configured, however EC2 groups it', () => {
    const standing = [
      {
        IpProtocol: 'tcp',
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: '0.0.0.0/0', Description: 'older' }],
        Ipv6Ranges: [{ CidrIpv6: '::/0' }],
      },
    ];
    expect(planEgress(standing, [HTTPS])).toEqual({ revoke: [], authorize: [] });
    expect(
      planEgress(
        [DEFAULT_EGRESS],
        [{ description: 'all', protocol: '-1', fromPort: 0, toPort: 0, cidrBlocks: ['0.0.0.0/0'], ipv6CidrBlocks: [] }],
      ),
    ).toEqual({ revoke: [], authorize: [] });
  });

  it('closes every way that nobody configured', () => {
    const standing = [
      {
        IpProtocol: 'tcp',
        FromPort: 22,
        ToPort: 22,
        UserIdGroupPairs: [{ GroupId: 'sg-9' }],
        PrefixListIds: [{ PrefixListId: 'pl-1' }],
      },
    ];
    expect(planEgress(standing, []).revoke).toHaveLength(2);
  });
});

/**
 * One group, whose rules are stored in EC2's own spelling: bits beyond the prefix are 0, IPv6 is short and in lower
 * case. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Ipv6Range.html
 */
function createCanonicalEc2() {
  const rules = new Set(['-1 0.0.0.0/0']);
  const spelled = (cidr: string): string => {
    const [address = '', length = ''] = cidr.split('/');
    return `${address.includes(':') ? new URL(`http://[${address}]/`).hostname.slice(1, -1) : address}/${length}`;
  };
  const permission = (rule: string) => {
    const [IpProtocol = '', cidr = ''] = rule.split(' ');
    const ports = IpProtocol === '-1' ? {} : { FromPort: 443, ToPort: 443 };
    return {
      IpProtocol,
      ...ports,
      ...(cidr.includes(':') ? { Ipv6Ranges: [{ CidrIpv6: cidr }] } : { IpRanges: [{ CidrIp: cidr }] }),
    };
  };
  const asked = ({ input }: SentCommand): string => {
    const [one] = input['IpPermissions'] as {
      IpProtocol: string;
      IpRanges?: { CidrIp: string }[];
      Ipv6Ranges?: { CidrIpv6: string }[];
    }[];
    return `${one?.IpProtocol} ${spelled(one?.IpRanges?.[0]?.CidrIp ?? one?.Ipv6Ranges?.[0]?.CidrIpv6 ?? '')}`;
  };
  const answer = (command: SentCommand): StubAnswer => {
    if (command.name === 'DescribeSecurityGroups')
      return { SecurityGroups: [ours({ IpPermissionsEgress: [...rules].map(permission) })] };
    const rule = asked(command);
    const isThere = rules.has(rule);
    if (command.name === 'RevokeSecurityGroupEgress')
      return rules.delete(rule) ? {} : awsError('InvalidPermission.NotFound', 400);
    rules.add(rule);
    return isThere ? awsError('InvalidPermission.Duplicate', 400) : {};
  };
  return { rules, answer };
}

describe("a tenant's group", () => {
  it('keeps a rule that EC2 spells another way than its operator, however often it is ensured', async () => {
    const { rules, answer } = createCanonicalEc2();
    const { groups, sent } = setUp(answer, [
      { ...HTTPS, cidrBlocks: [], ipv6CidrBlocks: ['2001:DB8:0:0::/32', '::/0'] },
    ]);
    await groups.ensure(1001, 'small');
    const before = sent.length;
    await groups.ensure(1001, 'small');
    expect([...rules].sort()).toEqual(['tcp 2001:db8::/32', 'tcp ::/0']);
    expect(sent.slice(before).map(({ name }) => name)).toEqual(['DescribeSecurityGroups']);
  });

  it('that EC2 lists and does not know yet where its rules are changed is asked for again', async () => {
    let denials = 2;
    const { groups, names } = setUp(({ name }) => {
      if (name === 'DescribeSecurityGroups') return { SecurityGroups: [ours()] };
      return (denials -= 1) >= 0 ? awsError('InvalidGroup.NotFound', 400) : {};
    });
    await expect(groups.ensure(1001, 'small')).resolves.toBe('sg-1');
    expect(names().filter((name) => name === 'AuthorizeSecurityGroupEgress')).toHaveLength(4);
  });

  it('is made with its tags, then closed and opened as configured', async () => {
    const { groups, sent, names } = setUp(({ name }, all) =>
      name === 'DescribeSecurityGroups'
        ? { SecurityGroups: all.some((one) => one.name === 'CreateSecurityGroup') ? [ours()] : [] }
        : {},
    );
    await expect(groups.ensure(1001, 'small')).resolves.toBe('sg-1');
    expect(names()).toEqual([
      'DescribeSecurityGroups',
      'CreateSecurityGroup',
      'DescribeSecurityGroups',
      'AuthorizeSecurityGroupEgress',
      'AuthorizeSecurityGroupEgress',
      'RevokeSecurityGroupEgress',
    ]);
    const tags = (sent[1]?.input['TagSpecifications'] as { Tags: unknown[] }[])[0]?.Tags;
    expect(tags).toEqual(
      expect.arrayContaining([
        { Key: 'Project', Value: 'x' },
        { Key: 'ghr:tenant_id', Value: '1001' },
        { Key: 'ghr:tenant_tier', Value: 'small' },
        { Key: 'ghr:environment', Value: 'test' },
      ]),
    );
  });

  it('is left as it is when all is well', async () => {
    const { groups, names } = setUp(() => ({
      SecurityGroups: [
        ours({
          IpPermissionsEgress: [
            {
              IpProtocol: 'tcp',
              FromPort: 443,
              ToPort: 443,
              IpRanges: [{ CidrIp: '0.0.0.0/0' }],
              Ipv6Ranges: [{ CidrIpv6: '::/0' }],
            },
          ],
        }),
      ],
    }));
    await expect(groups.ensure(1001, 'small')).resolves.toBe('sg-1');
    expect(names()).toEqual(['DescribeSecurityGroups']);
  });

  it('is adopted where another event was faster at every step', async () => {
    let looks = 0;
    const { groups } = setUp(({ name }) => {
      if (name === 'DescribeSecurityGroups') return { SecurityGroups: (looks += 1) < 4 ? [] : [ours()] };
      if (name === 'CreateSecurityGroup') return awsError('InvalidGroup.Duplicate', 400);
      return awsError(
        name === 'RevokeSecurityGroupEgress' ? 'InvalidPermission.NotFound' : 'InvalidPermission.Duplicate',
        400,
      );
    });
    await expect(groups.ensure(1001, 'small')).resolves.toBe('sg-1');
  });

  it.each([
    [
      "another tenant's",
      [
        { Key: 'ghr:environment', Value: 'test' },
        { Key: 'ghr:tenant_id', Value: '9' },
      ],
    ],
    [
      "another environment's",
      [
        { Key: 'ghr:environment', Value: 'prod' },
        { Key: 'ghr:tenant_id', Value: '1001' },
      ],
    ],
    ["nobody's", undefined],
  ])('is never %s', async (_whose, Tags) => {
    const { groups, names } = setUp(() => ({ SecurityGroups: [ours({ Tags })] }));
    await expect(groups.ensure(1001, 'small')).rejects.toThrow(
      "Security group sg-1 (test-tenant-1001) has the tenant's name but not its tags",
    );
    await expect(groups.find(1001)).resolves.toBeUndefined();
    expect(names()).toEqual(['DescribeSecurityGroups', 'DescribeSecurityGroups']);
  });

  it('is not one of another network', async () => {
    const { groups } = setUp(() => ({ SecurityGroups: [ours({ VpcId: 'vpc-2' })] }));
    await expect(groups.find(1001)).resolves.toBeUndefined();
  });

  it('is patient with throttling', async () => {
    let calls = 0;
    const { groups } = setUp(
      () =>
        (calls += 1) < 3
          ? awsError('RequestLimitExceeded', 503)
          : { SecurityGroups: [ours({ IpPermissionsEgress: [] })] },
      [],
    );
    await expect(groups.ensure(1001, 'small')).resolves.toBe('sg-1');
  });

  it('tells what went wrong', async () => {
    const { groups } = setUp(({ name }) =>
      name === 'CreateSecurityGroup' ? awsError('SecurityGroupLimitExceeded', 400) : { SecurityGroups: [] },
    );
    await expect(groups.ensure(1001, 'small')).rejects.toThrow('SecurityGroupLimitExceeded');
  });

  it.each([
    ['removed', {}],
    ['removed', awsError('InvalidGroup.NotFound', 400)],
    ['in-use', awsError('DependencyViolation', 400)],
  ])('is %s', async (expected, answer) => {
    const { groups } = setUp(() => answer);
    await expect(groups.remove('sg-1')).resolves.toBe(expected);
  });
});
