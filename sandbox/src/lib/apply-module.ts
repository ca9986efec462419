import { join } from 'node:path';
import type { App } from './app';
import { OIDC_PREFIX } from '../github/oidc';
import { findTerraform, prepareTerraform } from './provider-mirror';
import { writePrivateJson, type SandboxFile, type SandboxPaths } from './state';
import { createTerraform } from './terraform';

const COUNTED = /^\S+: (Creation complete|Creating\.\.\.)/;

export interface ApplyOptions {
  readonly paths: SandboxPaths;
  readonly prefix: string;
  readonly aws: SandboxFile['aws'];
  readonly app: App;
  readonly apiUrl: string;
  readonly record: (pid: number) => void;
  readonly detail: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Applies examples/sandbox to the emulator and returns its outputs. */
export async function applyModule(options: ApplyOptions): Promise<Record<string, unknown>> {
  const { paths, prefix, aws, app } = options;
  const { env } = await prepareTerraform({ folder: paths.config });
  let created = 0;
  const onLine = (line: string): void => {
    if (!COUNTED.test(line)) return;
    if (line.includes('Creation complete')) created += 1;
    options.detail(`${created} resources created`);
  };
  const inputs = {
    aws,
    prefix,
    github: {
      app_id: app.id,
      key_base64: app.keyBase64,
      webhook_secret: app.webhookSecret,
      api_url: options.apiUrl,
      token_issuer: `${options.apiUrl}${OIDC_PREFIX}`,
    },
    link_key: app.linkKey,
  };
  const terraform = createTerraform({
    program: findTerraform(),
    paths,
    inputs,
    env,
    onLine,
    started: options.record,
    signal: options.signal,
  });
  // The second plan needs the same inputs.
  writePrivateJson(join(paths.config, 'terraform-inputs.json'), inputs);
  options.detail('init');
  await terraform.init();
  options.detail('planning');
  await terraform.apply();
  return terraform.outputs();
}
