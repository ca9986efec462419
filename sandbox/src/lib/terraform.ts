import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxFile, SandboxPaths } from './state';
import { errorPart, lastJson } from './terraform-output';

export interface Terraform {
  init(): Promise<void>;
  apply(): Promise<void>;
  destroy(): Promise<void>;
  /** A plan as JSON, or undefined when there is nothing to change. */
  plan(): Promise<unknown>;
  outputs(): Promise<Record<string, unknown>>;
}

export interface TerraformInputs {
  readonly aws: SandboxFile['aws'];
  readonly prefix: string;
  readonly github: {
    readonly app_id: string;
    readonly key_base64: string;
    readonly webhook_secret: string;
    readonly api_url: string;
    /** Of the tokens of workflow jobs. */
    readonly token_issuer: string;
  };
  /** Signs links to the page. */
  readonly link_key: string;
  readonly more?: Readonly<Record<string, string>>; // Further variables, whose defaults serve otherwise.
}

interface Result {
  readonly code: number;
  readonly output: string;
}

/** Terraform on examples/sandbox, with its state and data in the sandbox's own folder. */
export function createTerraform(options: {
  program: string;
  paths: SandboxPaths;
  inputs: TerraformInputs;
  env: NodeJS.ProcessEnv;
  onLine?: (line: string) => void;
  /** Hears of the process of each command, so that it can be ended should we be killed. */
  started?: (pid: number) => void;
  signal?: AbortSignal;
}): Terraform {
  const { paths } = options;
  const initialise = [
    'init',
    '-input=false',
    '-no-color',
    '-reconfigure',
    `-backend-config=path=${join(paths.terraform, 'terraform.tfstate')}`,
  ];
  const planFile = join(paths.terraform, 'again.tfplan');
  const env = {
    ...terraformEnvironment(options.env),
    ...inputVariables(options.inputs),
    TF_DATA_DIR: join(paths.terraform, 'data'),
  };
  const run = (...args: string[]): Promise<Result> =>
    runTerraform({
      program: options.program,
      args,
      env,
      cwd: join(paths.root, 'examples', 'sandbox'),
      log: join(paths.logs, 'terraform.log'),
      onLine: options.onLine,
      started: options.started,
      signal: options.signal,
    });

  return {
    async init() {
      const first = await run(...initialise);
      if (first.code === 0) return;
      // The lock file of an earlier run may name a version that this source does not have.
      expectSuccess('init', await run(...initialise, '-upgrade'), paths);
    },
    async apply() {
      // Most of an apply is the provider waiting for queues; more at once costs nothing.
      expectSuccess(
        'apply',
        await run('apply', '-auto-approve', '-input=false', '-no-color', '-parallelism=30'),
        paths,
      );
    },
    async destroy() {
      expectSuccess(
        'destroy',
        await run('destroy', '-auto-approve', '-input=false', '-no-color', '-parallelism=30'),
        paths,
      );
    },
    async plan() {
      const plan = await run(
        'plan',
        '-detailed-exitcode',
        '-input=false',
        '-no-color',
        '-parallelism=30',
        `-out=${planFile}`,
      );
      if (plan.code === 0) return undefined;
      if (plan.code !== 2) expectSuccess('plan', plan, paths);
      const shown = await run('show', '-json', planFile);
      expectSuccess('show', shown, paths);
      return lastJson(shown.output);
    },
    async outputs() {
      const shown = await run('output', '-json', '-no-color');
      expectSuccess('output', shown, paths);
      const outputs: Record<string, { value: unknown }> = JSON.parse(shown.output);
      return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
    },
  };
}

/** The caller's AWS settings must not reach the provider: a sandbox never talks to an account. */
function terraformEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(AWS_|TF_VAR_|TF_DATA_DIR|TF_WORKSPACE|TF_CLI_ARGS)/.test(name)),
  );
}

function inputVariables(inputs: TerraformInputs): NodeJS.ProcessEnv {
  const { aws, prefix, github, link_key: linkKey, more = {} } = inputs;
  return {
    ...Object.fromEntries(Object.entries(more).map(([name, value]) => [`TF_VAR_${name}`, value])),
    AWS_EC2_METADATA_DISABLED: 'true',
    TF_VAR_aws_region: aws.region,
    TF_VAR_aws_endpoint_url: aws.endpoint_url,
    TF_VAR_aws_access_key_id: aws.access_key_id,
    TF_VAR_aws_secret_access_key: aws.secret_access_key,
    TF_VAR_prefix: prefix,
    TF_VAR_github_app_id: github.app_id,
    TF_VAR_github_app_key_base64: github.key_base64,
    TF_VAR_github_webhook_secret: github.webhook_secret,
    TF_VAR_github_api_url: github.api_url,
    TF_VAR_github_token_issuer: github.token_issuer,
    TF_VAR_link_key: linkKey,
  };
}

function expectSuccess(command: string, result: Result, paths: SandboxPaths): void {
  if (result.code === 0) return;
  throw new Error(
    `terraform ${command} failed (the whole output is in ` +
      `${join(paths.logs, 'terraform.log')}):\n${errorPart(result.output)}`,
  );
}

interface RunOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly log: string;
  readonly onLine?: ((line: string) => void) | undefined;
  readonly started?: ((pid: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

function runTerraform(options: RunOptions): Promise<Result> {
  return new Promise((resolve, reject) => {
    // A group of its own: on Ctrl-C we end it ourselves, together with the provider that it started.
    const child = spawn(options.program, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (chunk: Buffer): void => {
      const text = chunk.toString();
      output += text;
      if (options.args[0] !== 'show' && options.args[0] !== 'output')
        appendFileSync(options.log, text, { mode: 0o600 });
      for (const line of text.split('\n')) if (line.trim()) options.onLine?.(line.trim());
    };
    const abort = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    if (child.pid !== undefined) options.started?.(child.pid);
    child.on('error', (error) => reject(new Error(`${options.program} could not be started: ${error.message}`)));
    child.on('close', (code) => {
      options.signal?.removeEventListener('abort', abort);
      if (options.signal?.aborted) reject(options.signal.reason);
      else resolve({ code: code ?? 1, output });
    });
    options.signal?.addEventListener('abort', abort, { once: true });
  });
}
