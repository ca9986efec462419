import { DAY } from '@multi-tenant-runner/core';
import {
  awsError,
  createInMemorySecrets,
  createStubClient,
  createTestClock,
  type StubAnswer,
} from '@multi-tenant-runner/testing';
import { createAppCredentials } from './app-credentials';
import { createSecretReader } from './secret-reader';
import { createSecretVersions } from './secrets-manager';

const SECRET = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:github/key-a1B2c3';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';

function setUp(inRotation = false) {
  const clock = createTestClock();
  const secrets = createInMemorySecrets(clock);
  const asked: (readonly string[])[] = [];
  const readParameters = async (names: readonly string[]) => {
    asked.push(names);
    return new Map(names.map((name) => [name, '4711']));
  };
  return { clock, secrets, asked, read: createSecretReader({ readParameters, secrets, clock, inRotation }) };
}

describe('a reader of secrets', () => {
  it('reads names from SSM and ARNs from Secrets Manager', async () => {
    const { read, secrets, asked } = setUp();
    secrets.put(SECRET, 'of Secrets Manager');
    expect(await read(['/app/id', SECRET])).toEqual(
      new Map([
        ['/app/id', '4711'],
        [SECRET, 'of Secrets Manager'],
      ]),
    );
    expect(asked).toEqual([['/app/id']]);
  });

  it('asks SSM for nothing where nothing is there', async () => {
    const { read, secrets, asked } = setUp();
    secrets.put(SECRET, 'value');
    await read([SECRET]);
    expect(asked).toEqual([]);
  });

  it('takes the current value alone, and all that are good in a rotation where it is told to', async () => {
    const [one, all] = [setUp(), setUp(true)];
    for (const { secrets } of [one, all]) {
      secrets.put(SECRET, 'old');
      secrets.put(SECRET, 'now');
      secrets.prepare(SECRET, 'next');
    }
    expect((await one.read([SECRET])).get(SECRET)).toBe('now');
    expect((await all.read([SECRET])).get(SECRET)).toBe('now\nnext\nold');
    all.clock.advance(DAY);
    expect((await all.read([SECRET])).get(SECRET)).toBe('now\nnext');
  });

  it('says which secret is not there', async () => {
    await expect(setUp().read([SECRET])).rejects.toThrow(`Secrets Manager has no secret ${SECRET}`);
  });

  it("gives the App's key as the file has it, without base64", async () => {
    const { read, secrets, clock } = setUp();
    secrets.put(SECRET, `${PEM}\n`);
    const identity = createAppCredentials({
      readParameters: read,
      appIdParameter: '/app/id',
      keyParameter: SECRET,
      clock,
    });
    expect(await identity()).toEqual({ appId: '4711', privateKey: PEM });
  });
});

describe('a secret at Secrets Manager', () => {
  const versions = (answer: () => StubAnswer) => createSecretVersions({ client: createStubClient(answer) });

  it('names the secret and the missing right, and no value', async () => {
    const refused = versions(() => awsError('AccessDeniedException'));
    await expect(refused.read(SECRET, 'AWSCURRENT')).rejects.toThrow(
      `Could not read the secret ${SECRET} (AccessDeniedException); the function's role needs secretsmanager:`,
    );
  });

  it('is none of ours where it was stored as bytes', async () => {
    const bytes = versions(() => ({ SecretBinary: new Uint8Array([1]), CreatedDate: new Date() }));
    expect(await bytes.read(SECRET, 'AWSCURRENT')).toBeUndefined();
  });
});
