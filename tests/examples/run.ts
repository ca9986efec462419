// Applies examples/complete to the AWS emulator, plans again, which must find nothing to change, destroys, and looks
// for what is left.
//   npx tsx tests/examples/run.ts
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensurePython } from '../../sandbox/setup/python.mjs';
import { ensureRuntimes } from '../../sandbox/setup/runtimes.mjs';
import { down } from '@multi-tenant-runner/sandbox/commands/down';
import { startEmulator } from '@multi-tenant-runner/sandbox/lib/emulator';
import { freePorts } from '@multi-tenant-runner/sandbox/lib/ports';
import { driftsOf, type KnownDrift } from '@multi-tenant-runner/sandbox/lib/known-drifts';
import { leftOf } from '@multi-tenant-runner/sandbox/lib/leftovers';
import { findTerraform, prepareTerraform } from '@multi-tenant-runner/sandbox/lib/provider-mirror';
import {
  prepareFolder,
  sandboxPaths,
  writePrivateJson,
  type RecordedProcess,
} from '@multi-tenant-runner/sandbox/lib/state';
import { lastJson } from '@multi-tenant-runner/sandbox/lib/terraform-output';

const root = resolve(__dirname, '..', '..');
const paths = sandboxPaths(root, process.env['SANDBOX_DIR'] ?? mkdtempSync(join(tmpdir(), 'examples-')));
const run = promisify(execFile);
const PREFIX = 'complete';
/**
 * The emulator does not keep the key of a launch template's disk, so each plan sets it again, and with it the version
 * that scale-up is told.
 */
const FORGOTTEN: readonly KnownDrift[] = [
  ...['block_device_mappings', 'default_version', 'latest_version'].map((attribute) => ({
    type: 'aws_launch_template',
    attribute,
    reason: 'the key of the disk',
  })),
  { type: 'aws_lambda_function', attribute: 'environment', reason: 'the version of the launch templates' },
];

async function main(): Promise<void> {
  await ensurePython({ root, log: (line) => console.log(line) });
  await ensureRuntimes({ root, log: (line) => console.log(line) });
  prepareFolder(paths);
  const processes: RecordedProcess[] = [];
  const record = (one: RecordedProcess): void => {
    processes.push(one);
    writePrivateJson(paths.recordFile, { created_at: new Date().toISOString(), processes });
  };
  const [port = 0] = await freePorts(1);
  const { aws } = await startEmulator({ paths, port, record });
  const { env: withProvider } = await prepareTerraform({ folder: paths.config });
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const env: NodeJS.ProcessEnv = {
    ...withoutAws(withProvider),
    AWS_ENDPOINT_URL: aws.endpoint_url,
    AWS_ACCESS_KEY_ID: aws.access_key_id,
    AWS_SECRET_ACCESS_KEY: aws.secret_access_key,
    AWS_EC2_METADATA_DISABLED: 'true',
    TF_DATA_DIR: join(paths.terraform, 'data'),
    TF_VAR_prefix: PREFIX,
    TF_VAR_github_app_id: '4711',
    TF_VAR_github_app_key_base64: Buffer.from(privateKey).toString('base64'),
    TF_VAR_github_app_webhook_secret: 'a-secret-of-the-emulator',
    TF_VAR_deletion_protection: 'false',
  };
  const state = `-state=${join(paths.terraform, 'terraform.tfstate')}`;
  const terraform = async (...args: string[]): Promise<string> => {
    console.log(`terraform ${args[0]}`);
    const options = { cwd: join(root, 'examples', 'complete'), env, maxBuffer: 64 * 1024 * 1024 };
    try {
      return (await run(findTerraform(), [...args, '-input=false', '-no-color'], options)).stdout;
    } catch (error) {
      throw new Error(`terraform ${args[0]} failed:\n${output(error).split('\n').slice(-60).join('\n')}`);
    }
  };
  await terraform('init');
  const applied = await terraform('apply', '-auto-approve', '-parallelism=30', state);
  console.log(/^Apply complete!.*$/m.exec(applied)?.[0] ?? 'applied');
  const again = join(paths.terraform, 'again.tfplan');
  await terraform('plan', '-parallelism=30', state, `-out=${again}`);
  const { stdout: plan } = await run(findTerraform(), ['show', '-json', again], {
    cwd: join(root, 'examples', 'complete'),
    env,
    maxBuffer: 64 * 1024 * 1024,
  });
  const drifts = driftsOf(lastJson(plan), FORGOTTEN).filter(({ reason }) => reason === undefined);
  if (drifts.length > 0)
    throw new Error(
      `A second plan would change ${drifts.map(({ address, attribute }) => `${address} (${attribute})`).join(', ')}.`,
    );
  console.log('a second plan changes nothing but what the emulator forgets: the key of a launch template’s disk');
  const destroyed = await terraform('destroy', '-auto-approve', '-parallelism=30', state);
  console.log(/^Destroy complete!.*$/m.exec(destroyed)?.[0] ?? 'destroyed');
  const left = await leftOf(PREFIX, aws);
  if (left.length > 0) throw new Error(`After the destroy there is still: ${left.join(', ')}`);
  console.log('3 passed, 0 failed');
}

/** The caller's own AWS settings must not reach the provider: this never talks to an account. */
function withoutAws(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(AWS_|TF_VAR_|TF_DATA_DIR|TF_WORKSPACE|TF_CLI_ARGS)/.test(name)),
  );
}

function output(error: unknown): string {
  const { stdout, stderr } = error as { stdout?: string; stderr?: string };
  return `${stdout ?? ''}${stderr ?? String(error)}`;
}

main()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  })
  .finally(() => down(paths));
