// Plans a set of inputs and answers the sentences that Terraform rejects them with. Each case is a test file of its
// own, since Terraform skips what follows an error in the same file; one `terraform test` runs them all.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTerraform } from '../../../sandbox/setup/provider-mirror.mjs';
import { ROOT, copyModule, initialise } from '../render.mjs';

const run = promisify(execFile);
const TESTS = join(ROOT, 'tests', 'terraform');
const NAMESPACE = {
  tenant: { id: '101', name: 'acme' },
  cluster_name: 'apps',
  oidc_provider_arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE',
};
const TENANT_APP = {
  tenant: 'acme-corp',
  environment_suffix: 'dev',
  domain: 'example.com',
  priority: 1,
  vpc_id: 'vpc-0123456789abcdef0',
  subnet_ids: ['subnet-0123456789abcdef0'],
  cluster: { arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/saas', name: 'saas' },
  load_balancer: { listener_arn: 'listener', security_group_id: 'sg-0123456789abcdef0' },
};
const APPS = {
  prefix: 'mtr',
  domain: 'apps.example.com',
  event_bus: { name: 'mtr' },
  tenant_table: { name: 'mtr-tenants', arn: 'tenants' },
  vpc_id: 'vpc-0123456789abcdef0',
  subnet_ids: ['subnet-0123456789abcdef0'],
  cluster: { arn: 'arn:aws:ecs:us-east-1:123456789012:cluster/apps', name: 'apps' },
  load_balancers: [{ listener_arn: 'listener', security_group_id: 'sg-0123456789abcdef0' }],
};
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * Only the variables and the rules over them, with the module's own preconditions: without a provider a plan takes a
 * fortieth of a second.
 */
export function rejectionsOfInputs(cases) {
  return rejections('rules', cases, (folder) => {
    for (const name of readdirSync(ROOT).filter((file) => /^(variables.*|rules)\.tf$/.test(file)))
      cpSync(join(ROOT, name), join(folder, name));
    const ours = readFileSync(join(ROOT, 'dynamodb.tf'), 'utf8').match(
      /^ {4}precondition \{\n[^}]*?local\.problems[^}]*?\}\n/gm,
    );
    writeFileSync(
      join(folder, 'main.tf'),
      `resource "terraform_data" "rules" {\n  lifecycle {\n${ours.join('\n')}  }\n}\n`,
    );
  });
}

/** The whole module, on a provider that makes everything up. */
export function rejectionsOfModule(cases) {
  const provider = (mock = {}) => ({ mock_provider: { aws: { source: './mocks', ...mock } } });
  return rejections(
    'module',
    cases,
    (folder) => {
      copyModule(folder, false);
      cpSync(join(TESTS, 'fixtures'), join(folder, 'fixtures'), { recursive: true });
      cpSync(join(TESTS, 'mocks'), join(folder, 'mocks'), { recursive: true });
    },
    { provider },
  );
}

/** The namespace of a tenant, on the same provider. */
export function rejectionsOfNamespace(cases) {
  return rejections(
    'namespace',
    cases,
    (folder) => {
      cpSync(join(ROOT, 'modules', 'tenant-namespace'), folder, { recursive: true });
      cpSync(join(TESTS, 'mocks'), join(folder, 'mocks'), { recursive: true });
    },
    { provider: () => ({ mock_provider: { aws: { source: './mocks' } } }), given: NAMESPACE },
  );
}

/** The app plane: its rules are over variables alone, and so need no provider. */
export const rejectionsOfTenantApp = (cases) => rejectionsOfVariables('tenant-app', cases, TENANT_APP);
export const rejectionsOfApps = (cases) => rejectionsOfVariables('apps', cases, APPS);

function rejectionsOfVariables(name, cases, given) {
  const prepare = (folder) => {
    const module = join(ROOT, 'modules', name);
    for (const file of readdirSync(module).filter((one) => one.startsWith('variables')))
      cpSync(join(module, file), join(folder, file));
  };
  return rejections(name, cases, prepare, { given });
}

/** Answers the sentences by case, in the order of the cases. */
async function rejections(name, cases, prepare, { provider = () => ({}), given } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    prepare(folder);
    mkdirSync(join(folder, 'tests'));
    if (given === undefined) cpSync(join(TESTS, 'terraform.tfvars'), join(folder, 'tests', 'terraform.tfvars'));
    cases.forEach(([, variables, { mock, module } = {}], index) => {
      const one = {
        command: 'plan',
        variables: { ...given, ...variables },
        ...(module && { module: { source: module } }),
      };
      writeFileSync(
        join(folder, 'tests', `${index}.tftest.json`),
        JSON.stringify({ ...provider(mock), run: [{ one }] }),
      );
    });
    const env = await initialise(name, folder);
    const options = { cwd: folder, env, maxBuffer: MAX_OUTPUT_BYTES };
    const { stdout } = await run(findTerraform(), ['test', '-json'], options).catch((error) => error);
    return sentences(stdout, cases.length);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sentences(stdout, length) {
  const events = stdout.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []));
  const ran = new Set(
    events.filter(({ test_run: one }) => one?.progress === 'complete').map((event) => event['@testfile']),
  );
  return Array.from({ length }, (_, index) => {
    const file = `tests/${index}.tftest.json`;
    if (!ran.has(file)) throw new Error(`terraform test did not run ${file}:\n${stdout.slice(0, 2000)}`);
    return events
      .filter((event) => event['@testfile'] === file && event['@level'] === 'error' && event.diagnostic)
      .map(({ diagnostic: { detail } }) => detail.split('\n\nThis was checked by')[0]);
  });
}
