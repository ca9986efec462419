import {
  INSTALLATION,
  awsError,
  createStubClient,
  intent,
  type SentCommand,
  type StubAnswer,
} from '@multi-tenant-runner/testing';
import { createEc2Fleet } from './fleet';

const USER_DATA = Buffer.from("url='{{ghr_machine_url}}' secret='{{ghr_claim}}'").toString('base64');
const group = {
  installationId: INSTALLATION,
  launchIds: ['7001-1', '7002-1', '7003-1'],
  tier: 'small',
  intent: intent({ group: { index: 0, size: 3 } }),
  userData: { machineUrl: 'https://api.test/machine', claimSecret: 'secret-1' },
};

function setUp(answer: (call: number) => StubAnswer) {
  const sent: SentCommand[] = [];
  const client = createStubClient((command) => {
    if (command.name === 'DescribeLaunchTemplateVersions')
      return { LaunchTemplateVersions: [{ LaunchTemplateData: { UserData: USER_DATA } }] };
    sent.push(command);
    return answer(sent.length);
  });
  const fleet = createEc2Fleet({ client, environment: 'test', tags: {}, sleep: async () => undefined });
  return { fleet, sent };
}

const machine = (index: number | undefined, id = `i-${index}`) => ({
  InstanceId: id,
  ...(index !== undefined && { AmiLaunchIndex: index }),
  State: { Name: 'pending' },
  NetworkInterfaces: [{ NetworkInterfaceId: `eni-${index}`, Attachment: { DeviceIndex: 0 } }],
});

describe('several launches by one call', () => {
  it('asks for as many machines as there are launches, and is content with one', async () => {
    const { fleet, sent } = setUp(() => ({ Instances: [machine(0), machine(1), machine(2)] }));
    await fleet.runGroup(group);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.input).toMatchObject({ MinCount: 1, MaxCount: 3, ClientToken: group.intent.clientToken });
    expect(JSON.stringify(sent[0]?.input)).not.toContain('ghr:launch_id');
  });

  it('knows each machine by its number, in whatever order EC2 names them, and those that are missing', async () => {
    const { fleet } = setUp(() => ({ Instances: [machine(2), machine(0)] }));
    await expect(fleet.runGroup(group)).resolves.toEqual({
      kind: 'started',
      machines: new Map([
        [2, { instanceId: 'i-2', state: 'pending', interfaceId: 'eni-2' }],
        [0, { instanceId: 'i-0', state: 'pending', interfaceId: 'eni-0' }],
      ]),
    });
  });

  it.each([
    ['no machine', []],
    ['one without a number', [machine(0), machine(undefined, 'i-x')]],
    ['two with the same number', [machine(0), machine(0, 'i-x')]],
  ])('is not sure of an answer with %s', async (_what, Instances) => {
    const { fleet, sent } = setUp(() => ({ Instances }));
    await expect(fleet.runGroup(group)).resolves.toMatchObject({ kind: 'unknown', code: 'NoInstance' });
    expect(sent).toHaveLength(3);
  });

  it('finds the machines of an answer that was lost, by the very same call', async () => {
    const { fleet, sent } = setUp((call) => (call === 1 ? awsError('TimeoutError') : { Instances: [machine(0)] }));
    await expect(fleet.runGroup(group)).resolves.toMatchObject({ kind: 'started' });
    expect(new Set(sent.map(({ input }) => JSON.stringify(input)))).toHaveProperty('size', 1);
  });
});
