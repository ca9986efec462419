import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTerraform, prepareTerraform } from './provider-mirror';
import type { SandboxPaths } from './state';

const run = promisify(execFile);

/** Runs a command of Terraform; answers what it printed. */
export type Terraform = (...args: string[]) => Promise<string>;
/** What is rendered, by path. */
export type Files = Readonly<Record<string, string>>;

/** What a plan would do, such as `delete aws_iam_role.this`. */
export async function changesOf(terraform: Terraform, paths: SandboxPaths, more: readonly string[]): Promise<string[]> {
  const file = join(paths.terraform, 'next.tfplan');
  await terraform('plan', `-out=${file}`, ...more);
  const plan = JSON.parse(await terraform('show', '-json', file)) as {
    readonly resource_changes?: readonly {
      readonly address: string;
      readonly mode: string;
      readonly change: { readonly actions: readonly string[] };
    }[];
  };
  return (plan.resource_changes ?? [])
    .filter(({ mode, change }) => mode === 'managed' && change.actions.join() !== 'no-op')
    .map(({ address, change }) => `${change.actions.join()} ${address}`)
    .sort();
}

/** The output `files` as a plan has it. */
export async function filesOf(terraform: Terraform, paths: SandboxPaths, more: readonly string[]): Promise<Files> {
  const file = join(paths.terraform, 'variant.tfplan');
  await terraform('plan', `-out=${file}`, ...more);
  const plan = JSON.parse(await terraform('show', '-json', file)) as {
    readonly planned_values: { readonly outputs: { readonly files: { readonly value: Files } } };
  };
  return plan.planned_values.outputs.files.value;
}

/** In the example's folder, against the emulator. */
export async function terraformOf(
  aws: {
    readonly endpoint_url: string;
    readonly access_key_id: string;
    readonly secret_access_key: string;
  },
  { example, paths, signal }: { readonly example: string; readonly paths: SandboxPaths; readonly signal?: AbortSignal },
): Promise<Terraform> {
  const { env: withProvider } = await prepareTerraform({ folder: paths.config });
  const inherited = Object.entries(withProvider).filter(
    ([name]) => !/^(AWS_|TF_VAR_|TF_DATA_DIR|TF_WORKSPACE|TF_CLI_ARGS)/.test(name),
  );
  const env = {
    ...Object.fromEntries(inherited),
    AWS_ENDPOINT_URL: aws.endpoint_url,
    AWS_ACCESS_KEY_ID: aws.access_key_id,
    AWS_SECRET_ACCESS_KEY: aws.secret_access_key,
    AWS_EC2_METADATA_DISABLED: 'true',
    TF_DATA_DIR: join(paths.terraform, 'data'),
  };
  const state = `-state=${join(paths.terraform, 'terraform.tfstate')}`;
  return async (command, ...args) => {
    const withState = ['apply', 'plan', 'destroy', 'output'].includes(command ?? '') ? [state] : [];
    const input = ['apply', 'plan', 'destroy', 'init'].includes(command ?? '') ? ['-input=false'] : [];
    try {
      const options = { cwd: example, env, maxBuffer: 64 * 1024 * 1024, ...(signal && { signal }) };
      return (await run(findTerraform(), [command ?? '', '-no-color', ...input, ...withState, ...args], options))
        .stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`terraform ${command} failed:\n${stdout}${stderr}`);
    }
  };
}
