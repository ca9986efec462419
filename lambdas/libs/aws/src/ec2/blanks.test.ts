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

/** @param answers of each operation; of a list one for each call, and the last for all that follow */
function setUp(answers: Readonly<Record<string, StubAnswer | readonly StubAnswer[]>>) {
  const counts = new Map<string, number>();
  const pauses: number[] = [];
  const client = createStubClient(({ name }) => {
    const count = counts.get(name) ?? 0;
    counts.set(name, count + 1);
    const given = answers[name];
    const answer = Array.isArray(given) ? given[Math.min(count, given.length - 1)] : given;
    return answer ?? (name.startsWith('DescribeLaunch') ? READ : {});
  });
  const sleep = async (milliseconds: number): Promise<void> => void pauses.push(milliseconds);
  const deps = { client, environment: 'test', tags: { Project: 'x' }, sleep };
  return { blanks: createEc2Blanks(deps), sent: client.sent, pauses };
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
const dress = (answers: Parameters<typeof setUp>[0], isNew = false) => {
  const { blanks, sent, pauses } = setUp(answers);
  return { answer: blanks.dress({ instanceId: 'i-1', blankId: 'blank-1', isNew }, owner), sent, pauses };
};
const NOT_SHOWN = { Reservations: [] };
const withoutDisk = (name: string) => machine({ State: { Name: name }, BlockDeviceMappings: [] });

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

  it.each<[string, StubAnswer]>([
    ['shows it', NOT_SHOWN],
    ['shows its disk', withoutDisk('pending')],
  ])('waits for some seconds until EC2 %s, where it has just started', async (_what, before) => {
    const { answer, sent } = dress(
      { DescribeInstances: [before, before, machine({ State: { Name: 'pending' } })] },
      true,
    );
    await expect(answer).resolves.toBe('dressed');
    expect(named(sent, 'DescribeInstances')).toHaveLength(3);
    expect(named(sent, 'CreateTags')).toMatchObject([{ Resources: ['i-1', 'vol-1', 'eni-1'] }]);
  });

  it.each<[string, StubAnswer, string]>([
    ['does not become one where EC2 never shows it', NOT_SHOWN, 'unfit'],
    ['becomes one without its disk, of which EC2 says nothing', withoutDisk('pending'), 'dressed'],
  ])('%s, before it has booted', async (_what, described, outcome) => {
    const { answer, pauses } = dress({ DescribeInstances: described }, true);
    await expect(answer).resolves.toBe(outcome);
    expect(pauses.reduce((sum, one) => sum + one)).toBeGreaterThan(5_000);
    expect(pauses.reduce((sum, one) => sum + one)).toBeLessThan(10_000);
  });

  it('does not wait where it runs, or has been there', async () => {
    for (const [described, isNew] of [
      [withoutDisk('running'), true],
      [NOT_SHOWN, false],
    ] as const) {
      const { answer, sent } = dress({ DescribeInstances: described }, isNew);
      await answer;
      expect(named(sent, 'DescribeInstances')).toHaveLength(1);
    }
  });

  it('is asked about together with others', async () => {
    const all = ['i-1', 'i-2', 'i-3'];
    const found = all.map((InstanceId) => machine({ InstanceId })) as { Reservations: object[] }[];
    const { blanks, sent } = setUp({ DescribeInstances: { Reservations: found.flatMap((one) => one.Reservations) } });
    const answers = await Promise.all(
      [...all, 'i-4'].map((instanceId) => blanks.dress({ instanceId, blankId: 'blank-1' }, owner)),
    );
    expect(answers).toEqual(['dressed', 'dressed', 'dressed', 'unfit']);
    expect(named(sent, 'DescribeInstances')).toEqual([
      { Filters: [{ Name: 'instance-id', Values: [...all, 'i-4'] }], MaxResults: 1_000 },
    ]);
    expect(named(sent, 'CreateTags').map(({ Resources }) => Resources)).toEqual(
      all.map((one) => [one, 'vol-1', 'eni-1']),
    );
  });

  it.each([
    ['ModifyNetworkInterfaceAttribute', 'InvalidNetworkInterfaceID.NotFound'],
    ['CreateTags', 'InvalidVolume.NotFound'],
    ['CreateTags', 'InvalidInstanceID.NotFound'],
    ['CreateTags', 'UnauthorizedOperation'],
  ])('is changed again where EC2 answers a new one’s %s with %s', async (operation, code) => {
    const answers = { DescribeInstances: machine(), [operation]: [awsError(code, 400), awsError(code, 400), {}] };
    const young = dress(answers, true);
    await expect(young.answer).resolves.toBe('dressed');
    expect(named(young.sent, operation)).toHaveLength(3);
    await expect(dress(answers).answer).rejects.toThrow(code);
  });

  it('is not changed for ever where EC2 never allows it', async () => {
    const { answer, sent } = dress(
      { DescribeInstances: machine(), CreateTags: awsError('UnauthorizedOperation', 403) },
      true,
    );
    await expect(answer).rejects.toThrow('UnauthorizedOperation');
    expect(named(sent, 'CreateTags')).toHaveLength(6);
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
