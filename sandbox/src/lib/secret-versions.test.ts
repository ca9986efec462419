import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClientConfig, createSecretVersions, createSecretsManagerClient } from '@multi-tenant-runner/aws';
import { secretVersionsContract } from '@multi-tenant-runner/testing';
import { AwsClient } from 'aws4fetch';
import { freePorts } from './ports';
import { endProcesses, isAlive, logTail, startDetached } from './processes';
import type { RecordedProcess } from './state';
import { answers, waitFor } from './wait';

const ROOT = resolve(__dirname, '../../..');
const REGION = 'us-east-1';
const KEYS = { access_key_id: 'ADMINISTRATOR', secret_access_key: 'of-the-tests' };
const folder = mkdtempSync(join(tmpdir(), 'sandbox-secrets-'));
let launcher: RecordedProcess;
let url: string;

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  url = `http://127.0.0.1:${port}`;
  const place = { port, region: REGION, account_id: '123456789012', state_dir: folder, owner: process.pid };
  writeFileSync(join(folder, 'launcher.json'), JSON.stringify({ ...place, ...KEYS, token: 'token', runtimes: {} }));
  launcher = await startDetached({
    name: 'AWS emulator',
    command: join(ROOT, '.sandbox', 'venv', 'bin', 'python'),
    args: ['-m', 'launcher', '--config', join(folder, 'launcher.json')],
    cwd: join(ROOT, 'sandbox', 'aws'),
    env: { PATH: process.env['PATH'], PYTHONDONTWRITEBYTECODE: '1' },
    log: join(folder, 'emulator.log'),
  });
  await waitFor(
    () => answers(`${url}/_sandbox/health`, { headers: { 'x-sandbox-token': 'token' } }, (status) => status === 200),
    { what: 'The AWS emulator', seconds: 300, alive: () => (isAlive(launcher) ? undefined : logTail(launcher)) },
  );
});
afterAll(async () => {
  await endProcesses([launcher]);
  rmSync(folder, { recursive: true, force: true });
});

secretVersionsContract('of the emulator', async () => {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = KEYS;
  const administrator = new AwsClient({ accessKeyId, secretAccessKey, region: REGION, service: 'secretsmanager' });
  const call = async (action: string, input: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${action}` };
    const body = JSON.stringify({ ClientRequestToken: randomUUID(), ...input });
    return (await administrator.fetch(url, { method: 'POST', headers, body })).json();
  };
  const write = async (SecretId: string, SecretString: string, stage: string): Promise<void> => {
    await call('PutSecretValue', { SecretId, SecretString, VersionStages: [stage] });
  };
  const env = {
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return {
    secrets: createSecretVersions({ client: createSecretsManagerClient(createClientConfig(env)) }),
    create: async (Name, SecretString) => String(Object(await call('CreateSecret', { Name, SecretString })).ARN),
    put: (arn, value) => write(arn, value, 'AWSCURRENT'),
    prepare: (arn, value) => write(arn, value, 'AWSPENDING'),
  };
});
