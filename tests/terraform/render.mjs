// Plans examples/sandbox with the real provider and without AWS: the few calls that a plan makes are answered by
// ./offline-aws.mjs. The plan shows the whole text of every policy and the user data, because the module builds them
// from names.
import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { findTerraform, prepareTerraform } from '../../sandbox/setup/provider-mirror.mjs';
import { FUNCTIONS } from '../../lambdas/functions.mjs';
import { listenAsAws } from './offline-aws.mjs';

const run = promisify(execFile);
const MAX_PLAN_BYTES = 64 * 1024 * 1024;

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const PREFIX = 'acme-ci';

const CREDENTIALS = {
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_SESSION_TOKEN: '',
  AWS_PROFILE: '',
};
const APP = {
  github_app_id: '4711',
  // base64 of a first line that is shaped like a key's; there is no key in it.
  github_app_key_base64: Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n').toString('base64'),
};
const VARIABLES = {
  sandbox: {
    ...APP,
    prefix: PREFIX,
    aws_region: REGION,
    vpc_id: 'vpc-0123456789abcdef0',
    subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
    github_webhook_secret: 'a-secret-of-the-plan-tests',
    link_key: 'a-key-of-the-plan-tests-for-links-to-the-page',
    tags: { Project: 'plan-tests', 'cost center': '42' },
  },
  basic: { ...APP, github_app_webhook_secret: 'a-secret-of-the-plan-tests' },
  complete: { ...APP, github_app_webhook_secret: 'a-secret-of-the-plan-tests' },
};

/** A copy with zips of its own, or with none: what `yarn dist` has left in the repository must not matter. */
export function copyModule(folder, zips) {
  const files = readdirSync(ROOT).filter((name) => name.endsWith('.tf') || name === 'prices.json');
  for (const name of [...files, 'modules', 'examples']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true, filter: (path) => !path.includes('.terraform') });
  }
  if (!zips) return;
  mkdirSync(join(folder, 'lambdas', 'dist'), { recursive: true });
  for (const name of FUNCTIONS)
    cpSync(join(ROOT, 'tests', 'terraform', 'fixtures', 'empty.zip'), join(folder, 'lambdas', 'dist', `${name}.zip`));
}

/**
 * Answers terraform's plan of an example as JSON, and what it printed; `failed` when it refused. `aws` is what AWS
 * says: see ./offline-aws.mjs. `configuration` is the text of an example that the repository does not have.
 */
export async function plan({
  example = 'sandbox',
  configuration,
  zips = true,
  variables = {},
  settings,
  aws = {},
  data,
} = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  const offline = await listenAsAws({ account: ACCOUNT, ...aws });
  try {
    copyModule(folder, zips);
    const cwd = join(folder, 'examples', example);
    if (configuration !== undefined) {
      mkdirSync(cwd);
      writeFileSync(join(cwd, 'main.tf'), configuration);
    }
    // Settings that the example leaves alone; Terraform merges a file of this name into it.
    if (settings) {
      // Its own `webhook` names a size, which other sizes may lack.
      const webhook = /^ *webhook +=/m.test(settings) ? '' : '  webhook = {}\n';
      writeFileSync(join(cwd, 'override.tf'), `module "multi_tenant_runners" {\n${webhook}${settings}\n}\n`);
    }
    const env = { ...(await initialise(example, cwd, data)), AWS_ENDPOINT_URL: offline.url };
    const options = { cwd, env, maxBuffer: MAX_PLAN_BYTES };
    const file = join(folder, 'variables.tfvars.json');
    writeFileSync(file, JSON.stringify({ ...VARIABLES[example], ...variables }));
    const out = join(folder, 'plan');
    try {
      await run(
        findTerraform(),
        ['plan', '-no-color', '-input=false', '-lock=false', `-out=${out}`, `-var-file=${file}`],
        options,
      );
    } catch (error) {
      return { failed: true, output: `${error.stdout}${error.stderr}` };
    }
    const { stdout } = await run(findTerraform(), ['show', '-json', '-no-color', out], options);
    return { failed: false, output: '', json: JSON.parse(stdout) };
  } finally {
    await offline.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Terraform's own data stays between runs, so that the provider is fetched once. Answers the environment for Terraform.
 * Programs that may run at the same time name a `data` folder each: two `terraform init` in one disturb each other.
 */
export async function initialise(example, cwd, data = 'render') {
  const folder = join(ROOT, '.sandbox', 'terraform-tests', `${data}-${example}`);
  mkdirSync(folder, { recursive: true });
  const given = process.env.TF_CLI_CONFIG_FILE;
  const { env } = given && existsSync(given) ? { env: process.env } : await prepareTerraform({ folder });
  const own = {
    ...env,
    ...CREDENTIALS,
    TF_DATA_DIR: join(folder, 'data'),
    AWS_EC2_METADATA_DISABLED: 'true',
    CHECKPOINT_DISABLE: '1',
  };
  // Copies of an example have the same modules and provider, and so need the first one's lock alone. Each `init` reads
  // the whole provider for its checksum: seconds.
  const known = locks.get(folder);
  if (known !== undefined) {
    writeFileSync(join(cwd, LOCK), known);
    return own;
  }
  const backend = example === 'sandbox' ? ['-reconfigure', `-backend-config=path=${join(folder, 'state')}`] : [];
  await run(findTerraform(), ['init', '-no-color', '-input=false', ...backend], { cwd, env: own });
  // A folder without a provider has none.
  if (existsSync(join(cwd, LOCK))) locks.set(folder, readFileSync(join(cwd, LOCK)));
  return own;
}

const LOCK = '.terraform.lock.hcl';
const locks = new Map();

let planned;

/** The plan of examples/sandbox as it stands; made once for all test files of a process. */
export async function planOnce(data) {
  planned ??= plan({ data });
  const { failed, output, json } = await planned;
  if (failed) throw new Error(output);
  return json;
}

/** Every managed resource of the module, its submodules' included, with its address inside the module. */
export function resourcesOf(planJson) {
  const walk = (module) => [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(walk)];
  const start = 'module.multi_tenant_runners.';
  return walk(planJson.planned_values.root_module)
    .filter((resource) => resource.mode === 'managed' && resource.address.startsWith(start))
    .map((resource) => ({ ...resource, address: resource.address.slice(start.length) }));
}

export function resource(planJson, address) {
  const found = resourcesOf(planJson).find((candidate) => candidate.address === address);
  if (!found) throw new Error(`The plan has no ${address}.`);
  return found.values;
}

/** The user data of a size's launch template, as EC2 gets it. */
export const userDataOf = (json, tier = 'small') =>
  Buffer.from(resource(json, `module.runners.aws_launch_template.tier["${tier}"]`).user_data, 'base64').toString();

const PACKED = /^script="\$\(base64 -d <<<'([^']+)' \| gzip -d\)"/m;

/** The script that the user data unpacks. */
export const bootScriptOf = (json, tier) =>
  gunzipSync(Buffer.from(PACKED.exec(userDataOf(json, tier))[1], 'base64')).toString();
