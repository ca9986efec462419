// Plans examples/sandbox with the real provider and without AWS: the one call that a plan makes, who the caller is, is answered here.
// The plan shows the whole text of every policy and the user data, because the module builds them from names.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { findTerraform, prepareTerraform } from '../../sandbox/setup/provider-mirror.mjs';

const run = promisify(execFile);
const MAX_PLAN_BYTES = 64 * 1024 * 1024;

export const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..');
export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
export const PREFIX = 'acme-ci';

const VARIABLES = {
  prefix: PREFIX,
  aws_region: REGION,
  vpc_id: 'vpc-0123456789abcdef0',
  subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
  github_app_id: '4711',
  // base64 of a first line that is shaped like a key's; there is no key in it.
  github_app_key_base64: Buffer.from('-----BEGIN RSA PRIVATE KEY-----\n').toString('base64'),
  github_webhook_secret: 'a-secret-of-the-plan-tests',
  tags: { Project: 'plan-tests', 'cost center': '42' },
};

/** Creates an empty zip for each function, since a plan reads their hashes. */
function writeZips(folder) {
  const endOfEmptyZip = Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), Buffer.alloc(18)]);
  const names = ['webhook', 'scale-up', 'scale-down', 'tenant-manager'];
  return Object.fromEntries(
    names.map((name) => {
      const file = join(folder, `${name}.zip`);
      writeFileSync(file, endOfEmptyZip);
      return [name, file];
    }),
  );
}

async function listenAsSts() {
  const answer = `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>arn:aws:iam::${ACCOUNT}:user/planner</Arn><UserId>AIDAPLANNER</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult><ResponseMetadata><RequestId>plan</RequestId></ResponseMetadata></GetCallerIdentityResponse>`;
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/xml' }).end(answer);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => new Promise((done) => server.close(done)) };
}

/** Answers terraform's plan as JSON, and what it printed; `failed` when it refused. */
export async function plan(overrides = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'plan-'));
  const sts = await listenAsSts();
  try {
    const env = await terraformEnvironment(folder);
    const terraform = findTerraform();
    const options = { cwd: join(ROOT, 'examples', 'sandbox'), env, maxBuffer: MAX_PLAN_BYTES };
    await run(terraform, ['init', '-no-color', '-input=false', `-backend-config=path=${join(folder, 'state')}`], options);
    const file = join(folder, 'variables.tfvars.json');
    writeFileSync(file, JSON.stringify({ ...VARIABLES, lambda_zips: writeZips(folder), aws_endpoint_url: sts.url, ...overrides }));
    const out = join(folder, 'plan');
    try {
      await run(terraform, ['plan', '-no-color', '-input=false', '-lock=false', `-out=${out}`, `-var-file=${file}`], options);
    } catch (error) {
      return { failed: true, output: `${error.stdout}${error.stderr}` };
    }
    const { stdout } = await run(terraform, ['show', '-json', '-no-color', out], options);
    return { failed: false, output: '', json: JSON.parse(stdout) };
  } finally {
    await sts.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

let planned;

/** The plan of examples/sandbox as it stands; made once for all test files of a process. */
export async function planOnce() {
  planned ??= plan();
  const { failed, output, json } = await planned;
  if (failed) throw new Error(output);
  return json;
}

async function terraformEnvironment(folder) {
  const given = process.env.TF_CLI_CONFIG_FILE;
  const env = given && existsSync(given) ? { ...process.env } : (await prepareTerraform({ folder })).env;
  return { ...env, TF_DATA_DIR: join(folder, 'data'), AWS_EC2_METADATA_DISABLED: 'true', CHECKPOINT_DISABLE: '1' };
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

export const readRoot = (path) => readFileSync(join(ROOT, path), 'utf8');
