import {
  awsError,
  createStubClient,
  INSTALLATION,
  intent,
  type SentCommand,
  type StubAnswer,
} from '@multi-tenant-runner/testing';
import { createEc2Fleet } from './fleet';
import { buildRunInput, legalOnInstances } from './run-input';

const userData = { machineUrl: 'https://api.test/machine', claimSecret: 'secret-1' };
const request = { installationId: INSTALLATION, launchId: '7001-1', tier: 'small', intent: intent(), userData };
const TEMPLATE = "url='{{ghr_machine_url}}' secret='{{ghr_claim}}'";
const FILLED = base64("url='https://api.test/machine' secret='secret-1'");

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function template(text: string): StubAnswer {
  return { LaunchTemplateVersions: [{ LaunchTemplateData: { UserData: base64(text) } }] };
}

/** @param templates answers the reads of launch templates, which are not in `sent` */
function setUp(answer: (command: SentCommand, call: number) => StubAnswer, templates = () => template(TEMPLATE)) {
  let calls = 0;
  const pauses: number[] = [];
  const sent: SentCommand[] = [];
  const client = createStubClient((command) => {
    if (command.name === 'DescribeLaunchTemplateVersions') return templates();
    sent.push(command);
    return answer(command, (calls += 1));
  });
  const fleet = createEc2Fleet({
    client,
    environment: 'test',
    tags: { Project: 'x' },
    sleep: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { fleet, sent, all: client.sent, pauses };
}

const started: StubAnswer = { Instances: [{ InstanceId: 'i-1', State: { Name: 'pending' } }] };

describe('one launch', () => {
  it('answers with the machine that EC2 made', async () => {
    const { fleet, sent } = setUp(() => started);
    await expect(fleet.run(request)).resolves.toEqual({ kind: 'started', instanceId: 'i-1', state: 'pending' });
    expect(sent).toEqual([
      { name: 'RunInstances', input: buildRunInput(request, FILLED, { environment: 'test', tags: { Project: 'x' } }) },
    ]);
  });

  it('tells that the machine of a repeated token has ended', async () => {
    const { fleet } = setUp(() => ({ Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' } }] }));
    await expect(fleet.run(request)).resolves.toMatchObject({ state: 'terminated' });
  });

  it.each([
    ['InsufficientInstanceCapacity', 500, 'refused'],
    ['InsufficientFreeAddressesInSubnet', 400, 'refused'],
    ['VcpuLimitExceeded', 400, 'refused'],
    ['MaxSpotInstanceCountExceeded', 400, 'refused'],
    ['Unsupported', 400, 'refused'],
    ['NetworkInterfaceLimitExceeded', 400, 'refused'],
    ['VolumeLimitExceeded', 400, 'refused'],
    ['AuthFailure.ServiceLinkedRoleCreationNotPermitted', 403, 'refused'],
    ['UnauthorizedOperation', 403, 'impossible'],
    ['InvalidAMIID.NotFound', 400, 'impossible'],
    ['InvalidParameterValue', 400, 'impossible'],
  ])('takes %s (%i) for %s at once', async (code, status, kind) => {
    const { fleet, sent } = setUp(() => awsError(code, status));
    await expect(fleet.run(request)).resolves.toMatchObject({ kind, code });
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['InvalidGroup.NotFound', 400, 'no-group'],
    ['PendingVerification', 400, 'account'],
    ['InternalError', 500, 'unknown'],
    ['Unavailable', 503, 'unknown'],
    ['IdempotentParameterMismatch', 400, 'unknown'],
    ['TimeoutError', undefined, 'unknown'],
    ['ECONNRESET', undefined, 'unknown'],
  ])('repeats the very same call after %s (%s), then calls it %s', async (code, status, kind) => {
    const { fleet, sent } = setUp(() => awsError(code, status));
    await expect(fleet.run(request)).resolves.toMatchObject({ kind, code });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ input }) => JSON.stringify(input)))).toHaveProperty('size', 1);
  });

  it('finds the machine of an answer that was lost', async () => {
    const { fleet } = setUp((_command, call) => (call === 1 ? awsError('TimeoutError') : started));
    await expect(fleet.run(request)).resolves.toMatchObject({ kind: 'started', instanceId: 'i-1' });
  });

  it(
    'takes a type outside the free plan for one that another may stand in for, and any other wrong ' +
      'combination for a mistake',
    async () => {
      const says = async (message: string) =>
        setUp(() => awsError('InvalidParameterCombination', 400, message)).fleet.run(request);
      const freePlan =
        'The specified instance type is not eligible for Free Tier. For a list of Free Tier instance types, ' +
        "run 'describe-instance-types' with the filter 'free-tier-eligible=true'.";
      await expect(says(freePlan)).resolves.toMatchObject({
        kind: 'refused',
        code: 'InvalidParameterCombination.FreeTier',
      });
      await expect(
        says('Network interfaces and an instance-level subnet ID may not be specified on the same request'),
      ).resolves.toMatchObject({ kind: 'impossible', code: 'InvalidParameterCombination' });
    },
  );

  it('waits for a security group that EC2 has not heard of everywhere yet', async () => {
    const { fleet, sent } = setUp((_command, call) => (call === 1 ? awsError('InvalidGroup.NotFound', 400) : started));
    await expect(fleet.run(request)).resolves.toMatchObject({ kind: 'started', instanceId: 'i-1' });
    expect(sent).toHaveLength(2);
  });

  it('tells why EC2 ended the machine of a repeated token', async () => {
    const { fleet } = setUp(() => ({
      Instances: [
        { InstanceId: 'i-1', State: { Name: 'terminated' }, StateReason: { Code: 'Client.VolumeLimitExceeded' } },
      ],
    }));
    await expect(fleet.run(request)).resolves.toEqual({
      kind: 'started',
      instanceId: 'i-1',
      state: 'terminated',
      stateReason: 'Client.VolumeLimitExceeded',
    });
  });

  it.each([
    ['RequestLimitExceeded', 503],
    ['UnauthorizedOperation', 403],
    ['InvalidGroup.NotFound', 400],
    ['PendingVerification', 400],
  ])('does not believe "no machine" from %s after an answer was lost', async (code, status) => {
    const { fleet } = setUp((_command, call) => (call === 1 ? awsError('TimeoutError') : awsError(code, status)));
    await expect(fleet.run(request)).resolves.toMatchObject({ kind: 'unknown', code: 'TimeoutError' });
  });
});

describe('the request for a machine', () => {
  it("has no group or interface but the tenant's, and tags from the first moment", () => {
    const input = buildRunInput(request, FILLED, {
      environment: 'test',
      tags: { Project: 'x', 'cost center': 'y', 'a/b': 'z' },
    });
    expect(input).toMatchObject({
      MinCount: 1,
      MaxCount: 1,
      ClientToken: 'token-1',
      InstanceType: 't3.medium',
      SubnetId: 'subnet-a',
      SecurityGroupIds: ['sg-acme'],
      LaunchTemplate: { LaunchTemplateId: 'lt-small', Version: '1' },
      UserData: FILLED,
    });
    expect(input).not.toHaveProperty('InstanceMarketOptions');
    const own = [
      { Key: 'ghr:tenant_id', Value: String(INSTALLATION) },
      { Key: 'ghr:tenant_tier', Value: 'small' },
      { Key: 'ghr:environment', Value: 'test' },
      { Key: 'ghr:runner_tier', Value: 'small' },
      { Key: 'ghr:launch_id', Value: '7001-1' },
    ];
    const operators = [
      { Key: 'Project', Value: 'x' },
      { Key: 'cost center', Value: 'y' },
      { Key: 'a/b', Value: 'z' },
    ];
    expect(input.TagSpecifications).toEqual([
      { ResourceType: 'instance', Tags: [operators[0], ...own] },
      { ResourceType: 'volume', Tags: [...operators, ...own] },
      { ResourceType: 'network-interface', Tags: [...operators, ...own] },
    ]);
  });

  it('lets no tag of the operator stand in for one of ours', () => {
    const input = buildRunInput(request, FILLED, { environment: 'test', tags: { 'ghr:tenant_id': '1' } });
    for (const { Tags = [] } of input.TagSpecifications ?? [])
      expect(Tags.filter((tag) => tag.Key === 'ghr:tenant_id')).toEqual([
        { Key: 'ghr:tenant_id', Value: String(INSTALLATION) },
      ]);
  });

  it('asks for spot as one-time machines that end', () => {
    const input = buildRunInput({ ...request, intent: intent({ spot: true }) }, FILLED, {
      environment: 'test',
      tags: {},
    });
    expect(input.InstanceMarketOptions).toEqual({
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
    });
  });

  it.each(['a b', 'a/b', 'ä', '.', '..', '_index', ''])('keeps the key %j off the machine', (key) => {
    expect(legalOnInstances({ [key]: 'x', fine: 'y' })).toEqual({ fine: 'y' });
  });
});

describe('ending machines', () => {
  const ending = (ids: readonly string[]): StubAnswer => ({
    TerminatingInstances: ids.map((InstanceId) => ({ InstanceId, CurrentState: { Name: 'shutting-down' } })),
  });
  const idsOf = ({ input }: SentCommand): readonly string[] => input['InstanceIds'] as string[];

  it('tells the state of each', async () => {
    const { fleet, sent } = setUp((command) => ending(idsOf(command)));
    await expect(fleet.terminate(['i-1', 'i-2'])).resolves.toEqual(
      new Map([
        ['i-1', 'shutting-down'],
        ['i-2', 'shutting-down'],
      ]),
    );
    expect(sent).toHaveLength(1);
  });

  it('asks for nothing where there is nothing', async () => {
    const { fleet, sent } = setUp(() => ({}));
    await expect(fleet.terminate([])).resolves.toEqual(new Map());
    expect(sent).toHaveLength(0);
  });

  it('lets one unknown id spoil no other, and says nothing of it: it may be too young to be known', async () => {
    const { fleet, pauses } = setUp((command) =>
      idsOf(command).includes('i-gone') ? awsError('InvalidInstanceID.NotFound', 400) : ending(idsOf(command)),
    );
    await expect(fleet.terminate(['i-1', 'i-gone'])).resolves.toEqual(new Map([['i-1', 'shutting-down']]));
    expect(pauses).toEqual([1_500, 3_000]);
  });

  it('does not answer for a machine that EC2 has forgotten, tags and all, and so ends none', async () => {
    const { fleet, sent } = setUp(({ name }) =>
      name === 'DescribeInstances' ? { Reservations: [] } : awsError('UnauthorizedOperation', 403),
    );
    await expect(fleet.terminate(['i-forgotten'])).resolves.toEqual(new Map());
    expect(sent.at(-1)).toMatchObject({
      name: 'DescribeInstances',
      input: { Filters: [{ Name: 'instance-id', Values: ['i-forgotten'] }] },
    });
  });

  it("takes the word of EC2's list for a machine that has ended and may not be ended again", async () => {
    const listed = { Reservations: [{ Instances: [{ InstanceId: 'i-1', State: { Name: 'terminated' } }] }] };
    const { fleet } = setUp(({ name }) =>
      name === 'DescribeInstances' ? listed : awsError('UnauthorizedOperation', 403),
    );
    await expect(fleet.terminate(['i-1'])).resolves.toEqual(new Map([['i-1', 'terminated']]));
  });

  it('tells the refusal itself where it may not look either', async () => {
    const { fleet } = setUp(({ name }) =>
      awsError(name === 'DescribeInstances' ? 'Denied' : 'UnauthorizedOperation', 403),
    );
    await expect(fleet.terminate(['i-1'])).rejects.toThrow('UnauthorizedOperation');
  });

  it('asks again for a machine that EC2 does not know yet', async () => {
    const { fleet } = setUp((command, call) =>
      call === 1 ? awsError('InvalidInstanceID.NotFound', 400) : ending(idsOf(command)),
    );
    await expect(fleet.terminate(['i-new'])).resolves.toEqual(new Map([['i-new', 'shutting-down']]));
  });

  it('ends the others beside one with termination protection, which fails the call for all of its zone', async () => {
    const { fleet, sent } = setUp((command) =>
      idsOf(command).includes('i-kept') ? awsError('OperationNotPermitted', 400) : ending(idsOf(command)),
    );
    await expect(fleet.terminate(['i-1', 'i-kept', 'i-2'])).resolves.toEqual(
      new Map([
        ['i-1', 'shutting-down'],
        ['i-kept', 'protected'],
        ['i-2', 'shutting-down'],
      ]),
    );
    expect(sent).toHaveLength(4);
  });

  it('ends the others before it tells of one that it may not end', async () => {
    const foreign = { Reservations: [{ Instances: [{ InstanceId: 'i-foreign', State: { Name: 'running' } }] }] };
    const { fleet, sent } = setUp((command) => {
      if (command.name === 'DescribeInstances') return foreign;
      return idsOf(command).includes('i-foreign') ? awsError('UnauthorizedOperation', 403) : ending(idsOf(command));
    });
    await expect(fleet.terminate(['i-foreign', 'i-1'])).rejects.toThrow('UnauthorizedOperation');
    expect(sent.map(idsOf)).toContainEqual(['i-1']);
  });

  it('is patient with throttling, to an end', async () => {
    const { fleet, sent } = setUp((command, call) =>
      call < 3 ? awsError('RequestLimitExceeded', 503) : ending(idsOf(command)),
    );
    await expect(fleet.terminate(['i-1'])).resolves.toEqual(new Map([['i-1', 'shutting-down']]));
    expect(sent).toHaveLength(3);
    const never = setUp(() => awsError('RequestLimitExceeded', 503));
    await expect(never.fleet.terminate(['i-1', 'i-2'])).rejects.toThrow('RequestLimitExceeded');
    expect(never.sent).toHaveLength(4);
  });
});

describe('looking at machines', () => {
  const instance = (InstanceId: string, overrides: Record<string, unknown> = {}) => ({
    InstanceId,
    State: { Name: 'running' },
    ClientToken: 'token-1',
    LaunchTime: new Date('2026-01-15T12:00:00Z'),
    Tags: [
      { Key: 'ghr:environment', Value: 'test' },
      { Key: 'ghr:tenant_id', Value: '1001' },
    ],
    ...overrides,
  });
  const page = (...instances: unknown[]): StubAnswer => ({ Reservations: [{ Instances: instances }] });

  it('reads page after page', async () => {
    const { fleet, sent } = setUp(({ input }) =>
      input['NextToken'] === undefined ? { ...page(instance('i-1')), NextToken: 'more' } : page(instance('i-2')),
    );
    expect((await fleet.list()).map((machine) => machine.instanceId)).toEqual(['i-1', 'i-2']);
    expect(sent).toHaveLength(2);
  });

  it('trusts no filter', async () => {
    const { fleet } = setUp(() =>
      page(
        instance('i-1'),
        instance('i-terminated', { State: { Name: 'terminated' } }),
        instance('i-other', {
          Tags: [
            { Key: 'ghr:environment', Value: 'test' },
            { Key: 'ghr:tenant_id', Value: '9' },
          ],
        }),
        instance('i-strange', {
          Tags: [
            { Key: 'ghr:environment', Value: 'prod' },
            { Key: 'ghr:tenant_id', Value: '1001' },
          ],
        }),
        instance('i-bare', { Tags: undefined, ClientToken: 'other' }),
      ),
    );
    expect((await fleet.list(1001)).map((machine) => machine.instanceId)).toEqual(['i-1']);
    expect((await fleet.findByToken('other')).map((machine) => machine.instanceId)).toEqual(['i-bare']);
    expect((await fleet.describe(['i-terminated', 'i-x'])).map((machine) => machine.instanceId)).toEqual([
      'i-terminated',
    ]);
  });

  it('asks for many ids in parts, and for none not at all', async () => {
    const { fleet, sent } = setUp(() => page());
    await fleet.describe(Array.from({ length: 450 }, (_, index) => `i-${index}`));
    expect(sent).toHaveLength(3);
    await fleet.describe([]);
    expect(sent).toHaveLength(3);
  });

  it('reads all that a machine tells', async () => {
    const { fleet } = setUp(() => page(instance('i-1')));
    await expect(fleet.findByToken('token-1')).resolves.toEqual([
      {
        instanceId: 'i-1',
        state: 'running',
        clientToken: 'token-1',
        launchedAt: '2026-01-15T12:00:00.000Z',
        tags: { 'ghr:environment': 'test', 'ghr:tenant_id': '1001' },
      },
    ]);
  });
});

describe('the user data of a machine', () => {
  it("is its launch template's, with the API's address and its claim secret", async () => {
    const { fleet, sent, all } = setUp(() => started);
    await fleet.run(request);
    await fleet.run({ ...request, userData: { ...userData, claimSecret: 'secret-2' } });
    expect(all.filter(({ name }) => name === 'DescribeLaunchTemplateVersions')).toEqual([
      {
        name: 'DescribeLaunchTemplateVersions',
        input: { LaunchTemplateId: 'lt-small', Versions: ['1'] },
      },
    ]);
    expect(sent.map(({ input }) => input['UserData'])).toEqual([
      FILLED,
      base64("url='https://api.test/machine' secret='secret-2'"),
    ]);
  });

  it('is that of the version in the intent', async () => {
    const { fleet, all } = setUp(() => started);
    await fleet.run(request);
    await fleet.run({ ...request, intent: intent({ launchTemplateVersion: '2' }) });
    expect(all.filter(({ input }) => 'Versions' in input).map(({ input }) => input['Versions'])).toEqual([
      ['1'],
      ['2'],
    ]);
  });

  it.each([
    ["url='{{ghr_machine_url}}'", 'has no {{ghr_claim}}'],
    ['', 'has no {{ghr_machine_url}} and no {{ghr_claim}}'],
  ])('must leave room for both: %j starts no machine', async (text, problem) => {
    const { fleet, sent } = setUp(
      () => started,
      () => template(text),
    );
    const answer = await fleet.run(request);
    expect(answer).toMatchObject({ kind: 'impossible', code: 'UnusableTemplate' });
    expect(answer).toHaveProperty(
      'message',
      expect.stringContaining(`The user data of lt-small, version 1, ${problem}`),
    );
    expect(sent).toEqual([]);
  });

  it.each([
    ['RequestLimitExceeded', 503, 'throttled'],
    ['UnauthorizedOperation', 403, 'impossible'],
    ['InternalError', 500, 'unknown'],
  ])('starts no machine when its template answers %s', async (code, status, kind) => {
    const { fleet, sent } = setUp(
      () => started,
      () => awsError(code, status),
    );
    await expect(fleet.run(request)).resolves.toMatchObject({ kind, code });
    expect(sent).toEqual([]);
  });
});
