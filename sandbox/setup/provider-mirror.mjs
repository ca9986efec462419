import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { SetupError, findProgram } from './command.mjs';

const REGISTRY = 'registry.terraform.io';
const PROVIDER = join(REGISTRY, 'hashicorp', 'aws');

/** Where the aws provider comes from: a mirror folder, or the registry. */
export async function findProviderSource({
  env = process.env,
  home = homedir(),
  platform = terraformPlatform(),
  reach = registryAnswers,
} = {}) {
  if (env.SANDBOX_PROVIDER_MIRROR) {
    if (holdsProvider(env.SANDBOX_PROVIDER_MIRROR, platform))
      return { kind: 'mirror', folder: env.SANDBOX_PROVIDER_MIRROR };
    throw new SetupError(
      `SANDBOX_PROVIDER_MIRROR names ${env.SANDBOX_PROVIDER_MIRROR}, which holds no ` +
        `${PROVIDER}/<version>/${platform}; give the folder that holds ${REGISTRY}/.`,
    );
  }
  if (await reach()) return { kind: 'registry' };
  const folder = mirrorCandidates({ home }).find((candidate) => holdsProvider(candidate, platform));
  if (folder) return { kind: 'mirror', folder };
  throw new SetupError(
    `The Terraform provider hashicorp/aws can't be had: the registry does not answer and no mirror folder ` +
      `holds it; set SANDBOX_PROVIDER_MIRROR to a folder that holds ${PROVIDER}/<version>/${platform}/.`,
  );
}

/**
 * Terraform's implied mirrors, then each folder directly below the system's places for optional software and shared
 * data.
 */
export function mirrorCandidates({ home, optional = ['/opt', '/usr/local/share', '/usr/share'] }) {
  const implied = [
    join(home, '.terraform.d', 'plugins'),
    join(home, '.local', 'share', 'terraform', 'plugins'),
    '/usr/local/share/terraform/plugins',
    '/usr/share/terraform/plugins',
  ];
  return [...implied, ...optional, ...optional.flatMap((folder) => subfolders(folder))];
}

export function holdsProvider(folder, platform) {
  const versions = join(folder, PROVIDER);
  return subfolders(versions).some(
    (version) => existsSync(join(version, platform)) && readdirSync(join(version, platform)).length > 0,
  );
}

/**
 * Writes a CLI configuration that leads Terraform to the provider; answers the environment for Terraform, and only for
 * it.
 */
export async function prepareTerraform({ folder, source, env = process.env }) {
  const found = source ?? (await findProviderSource({ env }));
  const file = join(folder, 'terraform.rc');
  mkdirSync(folder, { recursive: true });
  // In one piece: another Terraform may be reading it.
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, cliConfig(found));
  renameSync(draft, file);
  return { source: found, env: { ...env, TF_CLI_CONFIG_FILE: file, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1' } };
}

export function cliConfig(source) {
  if (source.kind === 'registry') return '# The providers come from the registry.\n';
  const path = JSON.stringify(source.folder);
  return (
    `provider_installation {\n  filesystem_mirror {\n    path    = ${path}\n    include = ` +
    `["${REGISTRY}/*/*"]\n  }\n}\n`
  );
}

export function findTerraform(env = process.env) {
  const found = env.SANDBOX_TERRAFORM ?? findProgram('terraform', env.PATH);
  if (found) return found;
  throw new SetupError(
    'There is no terraform on the PATH; install Terraform 1.3 or later ' +
      '(https://developer.hashicorp.com/terraform/install) and run the command again.',
  );
}

export function terraformPlatform(platform = process.platform, arch = process.arch) {
  const architectures = { x64: 'amd64', ia32: '386' };
  return `${platform === 'win32' ? 'windows' : platform}_${architectures[arch] ?? arch}`;
}

async function registryAnswers() {
  try {
    const response = await fetch(`https://${REGISTRY}/.well-known/terraform.json`, {
      signal: AbortSignal.timeout(3000),
    });
    return response.ok;
  } catch {
    return false;
  }
}

function subfolders(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
