import { Throttled } from '@multi-tenant-runner/core';
import { awsError, createStubClient, type SentCommand, type StubAnswer } from '@multi-tenant-runner/testing';
import { createAppCredentials } from '../app-credentials';
import { createParameterReader } from '../parameter-reader';
import { createSsmConfigStore } from './ssm';

const clock = { now: () => new Date('2026-01-15T12:00:00.000Z') };
const entry = {
  installationId: 1001,
  launchId: '7001-1',
  value: 'config',
  tenantTier: 'small',
  tier: 'large',
  expiresAt: new Date('2026-01-15T12:30:00.000Z'),
};
const NAME = '/test/tenants/1001/runners/7001-1';

function setUp(answer: (command: SentCommand, call: number) => StubAnswer, kmsKeyArn?: string) {
  let calls = 0;
  const client = createStubClient((command) => answer(command, (calls += 1)));
  const configs = createSsmConfigStore({
    client,
    environment: 'test',
    tags: { Project: 'x' },
    ...(kmsKeyArn !== undefined && { kmsKeyArn }),
  });
  return { configs, sent: client.sent };
}

describe("a runner's parameter", () => {
  it("is encrypted, expires, and is tagged as its tenant's and its launch's", async () => {
    const { configs, sent } = setUp(() => ({}));
    await configs.put(entry);
    expect(sent).toEqual([
      {
        name: 'PutParameter',
        input: {
          Name: NAME,
          Value: 'config',
          Type: 'SecureString',
          Tier: 'Advanced',
          Policies: '[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2026-01-15T12:30:00.000Z"}}]',
          Tags: [
            { Key: 'Project', Value: 'x' },
            { Key: 'ghr:tenant_id', Value: '1001' },
            { Key: 'ghr:tenant_tier', Value: 'small' },
            { Key: 'ghr:environment', Value: 'test' },
            { Key: 'ghr:runner_tier', Value: 'large' },
            { Key: 'ghr:launch_id', Value: '7001-1' },
          ],
        },
      },
    ]);
  });

  it('is encrypted with the given key', async () => {
    const { configs, sent } = setUp(() => ({}), 'arn:key');
    await configs.put(entry);
    expect(sent[0]?.input['KeyId']).toBe('arn:key');
  });

  it('replaces one that stands by deleting it first', async () => {
    const { configs, sent } = setUp((_command, call) => (call === 1 ? awsError('ParameterAlreadyExists', 400) : {}));
    await configs.put(entry);
    expect(sent.map(({ name }) => name)).toEqual(['PutParameter', 'DeleteParameters', 'PutParameter']);
    expect(sent[1]?.input).toEqual({ Names: [NAME] });
    expect(sent.every(({ input }) => input['Overwrite'] === undefined)).toBe(true);
  });

  it.each(['ThrottlingException', 'TooManyUpdates', 'RequestLimitExceeded'])(
    'says that %s is a throttle',
    async (code) => {
      const { configs } = setUp(() => awsError(code, 400));
      await expect(configs.put(entry)).rejects.toThrow(Throttled);
      await expect(configs.take(1001, '7001-1')).rejects.toThrow(Throttled);
      await expect(configs.remove(1001, ['7001-1'])).rejects.toThrow(Throttled);
      await expect(configs.list(1001)).rejects.toThrow(Throttled);
    },
  );

  it('passes on any other failure', async () => {
    const { configs } = setUp(() => awsError('AccessDeniedException', 400));
    await expect(configs.put(entry)).rejects.toThrow('AccessDeniedException');
  });

  it('is removed with others, ten at a time', async () => {
    const { configs, sent } = setUp(() => ({ InvalidParameters: [] }));
    await configs.remove(
      1001,
      Array.from({ length: 23 }, (_, index) => `${index}-1`),
    );
    expect(sent.map(({ input }) => (input['Names'] as string[]).length)).toEqual([10, 10, 3]);
    await configs.remove(1001, []);
    expect(sent).toHaveLength(3);
  });

  it('is read by one call, which forgets nothing, so that a lost answer can be repeated', async () => {
    const { configs, sent } = setUp(() => ({ Parameters: [{ Name: NAME, Value: 'config' }] }));
    await expect(configs.take(1001, '7001-1')).resolves.toBe('config');
    expect(sent).toEqual([{ name: 'GetParameters', input: { Names: [NAME], WithDecryption: true } }]);
  });

  it('may not be there', async () => {
    const { configs } = setUp(() => ({ Parameters: [], InvalidParameters: [NAME] }));
    await expect(configs.take(1001, '7001-1')).resolves.toBeUndefined();
  });

  it('is listed by name, never by value', async () => {
    const { configs, sent } = setUp(({ input }) =>
      input['NextToken'] === undefined
        ? { Parameters: [{ Name: NAME }], NextToken: 'more' }
        : { Parameters: [{ Name: '/test/tenants/1001/runners/7002-1' }, { Name: '/elsewhere' }] },
    );
    await expect(configs.list(1001)).resolves.toEqual(['7001-1', '7002-1']);
    expect(sent[0]?.input).toMatchObject({ Path: '/test/tenants/1001/runners', WithDecryption: false });
  });
});

describe("the App's parameters", () => {
  const read = (answer: StubAnswer) => createParameterReader({ client: createStubClient(() => answer) });

  it('are read together', async () => {
    await expect(
      read({
        Parameters: [
          { Name: '/b', Value: '2' },
          { Name: '/a', Value: '1' },
        ],
      })(['/a', '/b']),
    ).resolves.toEqual(
      new Map([
        ['/b', '2'],
        ['/a', '1'],
      ]),
    );
  });

  it('are all named when they are missing', async () => {
    await expect(read({ Parameters: [{ Name: '/b', Value: '2' }] })(['/a', '/b', '/c'])).rejects.toThrow(
      'SSM has no parameter /a, /c;',
    );
  });

  it('can be forbidden', async () => {
    await expect(read(awsError('AccessDeniedException', 400))(['/a'])).rejects.toThrow('/a (AccessDeniedException)');
  });

  const PEM = '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----';
  const credentials = (id: string, key: string) =>
    createAppCredentials({
      readParameters: async () =>
        new Map([
          ['/id', id],
          ['/key', key],
        ]),
      appIdParameter: '/id',
      keyParameter: '/key',
      clock,
    });

  it.each([
    ['in base64', Buffer.from(`${PEM}\n`).toString('base64')],
    ['as it is', PEM],
  ])('give the key %s', async (_how, key) => {
    await expect(credentials(' 4711 ', key)()).resolves.toEqual({ appId: '4711', privateKey: PEM });
  });

  it('are judged without being shown', async () => {
    await expect(credentials('my-app', PEM)()).rejects.toThrow('/id is not the numeric ID of the GitHub App');
    const bad = credentials('1', 'c2VjcmV0LWtleQ==')();
    await expect(bad).rejects.toThrow('/key is not a private key, in base64');
    await expect(bad).rejects.not.toThrow(/secret-key|c2Vj/);
  });

  it('are kept for five minutes', async () => {
    let now = 0;
    const readParameters = jest.fn(
      async () =>
        new Map([
          ['/id', '1'],
          ['/key', PEM],
        ]),
    );
    const get = createAppCredentials({
      readParameters,
      appIdParameter: '/id',
      keyParameter: '/key',
      clock: { now: () => new Date(now) },
    });
    await get();
    now = 299_999;
    await get();
    expect(readParameters).toHaveBeenCalledTimes(1);
    now = 300_000;
    await get();
    expect(readParameters).toHaveBeenCalledTimes(2);
  });
});
