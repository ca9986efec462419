import { awsError, createStubClient, intent, type SentCommand, type StubAnswer } from '@multi-tenant-runner/testing';
import { createEc2Blanks } from './blanks';

const request = {
  tier: 'small',
  blankId: 'blank-1',
  machines: 1,
  intent: intent({ securityGroupId: 'sg-shared', tenantTier: '' }),
  userData: { machineUrl: 'https://api.test/machine', claimSecret: 'secret-1' },
};
const owner = { installationId: 1001, tenantTier: 'medium', launchId: '7001-1', securityGroupId: 'sg-acme' };
const TEMPLATE = Buffer.from("url='{{ghr_machine_url}}' secret='{{ghr_claim}}'").toString('base64');
const READ = { LaunchTemplateVersions: [{ LaunchTemplateData: { UserData: TEMPLATE } }] };

function setUp(answers: Readonly<Record<string, StubAnswer>>) {
  const client = createStubClient(({ name }) => answers[name] ?? (name.startsWith('DescribeLaunch') ? READ : {}));
  const deps = { client, environment: 'test', tags: { Project: 'x' }, sleep: async () => undefined };
  return { blanks: createEc2Blanks(deps), sent: client.sent };
}

const named = (sent: readonly SentCommand[], name: string) =>
  sent.filter((command) => command.name === name).map(({ input }) => input);

const machine = (overrides: Record<string, unknown> = {}, tags: Record<string, string> = {}): StubAnswer => {
  const all = { 'ghr:environment': 'test', 'ghr:blank_id': 'blank-1', ...tags };
  const instance = {
    InstanceId: 'i-1',
    State: { Name: 'running' },
    Tags: Object.entries(all).map(([Key, Value]) => ({ Key, Value })),
    BlockDeviceMappings: [{ Ebs: { VolumeId: 'vol-1' } }],
    NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Groups: [{ GroupId: 'sg-shared' }] }],
    ...overrides,
  };
  return { Reservations: [{ Instances: [instance] }] };
};
const dress = (answers: Readonly<Record<string, StubAnswer>>) => {
  const { blanks, sent } = setUp(answers);
  return { answer: blanks.dress({ instanceId: 'i-1', blankId: 'blank-1' }, owner), sent };
};

describe('a machine of no tenant', () => {
  it("starts in the shared group, without a tenant's tags", async () => {
    const { blanks, sent } = setUp({
      RunInstances: { Instances: [{ InstanceId: 'i-1', AmiLaunchIndex: 0, State: { Name: 'pending' } }] },
    });
    const answer = await blanks.start(request);
    expect(answer).toEqual({ kind: 'started', machines: new Map([[0, { instanceId: 'i-1', state: 'pending' }]]) });
    const [input] = named(sent, 'RunInstances');
    expect(input).toMatchObject({ SecurityGroupIds: ['sg-shared'], MinCount: 1, MaxCount: 1 });
    const specifications = input?.['TagSpecifications'] as { ResourceType: string; Tags: { Key: string }[] }[];
    expect(specifications.map(({ ResourceType }) => ResourceType)).toEqual(['instance', 'volume', 'network-interface']);
    for (const { Tags } of specifications)
      expect(Tags.map(({ Key }) => Key).sort()).toEqual([
        'Project',
        'ghr:blank_id',
        'ghr:environment',
        'ghr:runner_tier',
      ]);
  });

  it("has its tenant's tags from the beginning in the tenant's own pool", async () => {
    const { blanks, sent } = setUp({ RunInstances: { Instances: [{ InstanceId: 'i-1', AmiLaunchIndex: 0 }] } });
    await blanks.start({ ...request, dedicated: 1001, intent: intent({ tenantTier: 'medium' }) });
    const text = JSON.stringify(named(sent, 'RunInstances')[0]);
    expect(text).toContain('{"Key":"ghr:tenant_id","Value":"1001"}');
    expect(text).toContain('{"Key":"ghr:tenant_tier","Value":"medium"}');
    expect(text).not.toContain('ghr:launch_id');
  });

  it('is not known to exist where EC2 gives no clear answer, and is asked for by the same call again', async () => {
    const { blanks, sent } = setUp({ RunInstances: awsError('InternalError', 500) });
    await expect(blanks.start(request)).resolves.toMatchObject({ kind: 'unknown' });
    const calls = named(sent, 'RunInstances').map((input) => JSON.stringify(input));
    expect(calls).toHaveLength(3);
    expect(new Set(calls).size).toBe(1);
  });

  it('starts with others by one call, of which EC2 may have room for some', async () => {
    const { blanks, sent } = setUp({
      RunInstances: {
        Instances: [1, 0].map((index) => ({
          ...{ InstanceId: `i-${index}`, AmiLaunchIndex: index, State: { Name: 'pending' } },
          NetworkInterfaces: [{ NetworkInterfaceId: `eni-${index}` }],
        })),
      },
    });
    const answer = await blanks.start({ ...request, machines: 3 });
    expect(named(sent, 'RunInstances')).toMatchObject([{ MinCount: 1, MaxCount: 3 }]);
    expect(answer.kind === 'started' && [...answer.machines].sort()).toEqual(
      [0, 1].map((index) => [index, { instanceId: `i-${index}`, state: 'pending', interfaceId: `eni-${index}` }]),
    );
  });

  it('does not start of a launch template that it could not claim with', async () => {
    const { blanks, sent } = setUp({ DescribeLaunchTemplateVersions: { LaunchTemplateVersions: [] } });
    await expect(blanks.start(request)).resolves.toMatchObject({ kind: 'impossible', code: 'UnusableTemplate' });
    expect(named(sent, 'RunInstances')).toEqual([]);
  });
});

describe('a machine that becomes a tenant’s', () => {
  it('gets the group before the tags, on the machine, its disk and its interface', async () => {
    const { answer, sent } = dress({ DescribeInstances: machine() });
    await expect(answer).resolves.toBe('dressed');
    expect(sent.map(({ name }) => name)).toEqual([
      'DescribeInstances',
      'ModifyNetworkInterfaceAttribute',
      'CreateTags',
    ]);
    expect(named(sent, 'ModifyNetworkInterfaceAttribute')).toEqual([
      { NetworkInterfaceId: 'eni-1', Groups: ['sg-acme'] },
    ]);
    expect(named(sent, 'CreateTags')).toEqual([
      {
        Resources: ['i-1', 'vol-1', 'eni-1'],
        Tags: [
          { Key: 'ghr:tenant_id', Value: '1001' },
          { Key: 'ghr:tenant_tier', Value: 'medium' },
          { Key: 'ghr:launch_id', Value: '7001-1' },
        ],
      },
    ]);
  });

  it('is dressed again by a repeat, without a change of its group', async () => {
    const tags = { 'ghr:tenant_id': '1001', 'ghr:launch_id': '7001-1' };
    const dressed = { NetworkInterfaces: [{ NetworkInterfaceId: 'eni-1', Groups: [{ GroupId: 'sg-acme' }] }] };
    const { answer, sent } = dress({ DescribeInstances: machine(dressed, tags) });
    await expect(answer).resolves.toBe('dressed');
    expect(named(sent, 'ModifyNetworkInterfaceAttribute')).toEqual([]);
  });

  it.each<[string, StubAnswer]>([
    ['is gone', { Reservations: [] }],
    ['stops', machine({ State: { Name: 'stopping' } })],
    ['is no machine of a pool', machine({}, { 'ghr:blank_id': 'blank-2' })],
    ['is of another installation', machine({}, { 'ghr:environment': 'other' })],
    ["has another tenant's tags", machine({}, { 'ghr:tenant_id': '1002' })],
    ['has the tags of another launch', machine({}, { 'ghr:tenant_id': '1001', 'ghr:launch_id': '7002-1' })],
  ])('does not where it %s', async (_what, described) => {
    const { answer, sent } = dress({ DescribeInstances: described });
    await expect(answer).resolves.toBe('unfit');
    expect(sent.map(({ name }) => name)).toEqual(['DescribeInstances']);
  });

  it('gets no tags where EC2 refuses the group', async () => {
    const { answer, sent } = dress({
      DescribeInstances: machine(),
      ModifyNetworkInterfaceAttribute: awsError('InvalidGroup.NotFound', 400),
    });
    await expect(answer).rejects.toThrow('InvalidGroup');
    expect(named(sent, 'CreateTags')).toEqual([]);
  });
});
