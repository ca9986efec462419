// Applies examples/tenant-namespace to the AWS emulator: what Terraform renders is what `npm run namespaces` writes; a
// service account gets its own role and its own prefix, and no other's; a plan's change touches nothing in AWS, and a
// tenant that leaves takes only its own. Ends with "N passed, N failed".
//   npx tsx tests/namespaces/run.ts
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ensurePython } from '../../sandbox/setup/python.mjs';
import { ensureRuntimes } from '../../sandbox/setup/runtimes.mjs';
import { parseExport, parseSettings, renderNamespaces } from '@multi-tenant-runner/namespaces';
import { down } from '@multi-tenant-runner/sandbox/commands/down';
import { startEmulator } from '@multi-tenant-runner/sandbox/lib/emulator';
import { freePorts } from '@multi-tenant-runner/sandbox/lib/ports';
import { findTerraform, prepareTerraform } from '@multi-tenant-runner/sandbox/lib/provider-mirror';
import { prepareFolder, sandboxPaths, writePrivateJson } from '@multi-tenant-runner/sandbox/lib/state';
import { askAws, type Credentials } from './aws';

const root = resolve(__dirname, '..', '..');
const example = join(root, 'examples', 'tenant-namespace');
const paths = sandboxPaths(root, process.env['SANDBOX_DIR'] ?? mkdtempSync(join(tmpdir(), 'namespaces-')));
const run = promisify(execFile);
const counted = { passed: 0, failed: 0 };

function expect(what: string, actual: unknown, expected: unknown): void {
  const holds = JSON.stringify(actual) === JSON.stringify(expected);
  counted[holds ? 'passed' : 'failed'] += 1;
  console.log(`${holds ? 'pass' : 'FAIL'} ${what}`);
  if (!holds)
    console.log(`     ${JSON.stringify(actual)?.slice(0, 300)}, not ${JSON.stringify(expected)?.slice(0, 300)}`);
}

interface Item {
  readonly installation_id: { readonly N: string };
}

async function main(): Promise<void> {
  await ensurePython({ root, log: (line) => console.log(line) });
  await ensureRuntimes({ root, log: (line) => console.log(line) });
  prepareFolder(paths);
  const [port = 0] = await freePorts(1);
  const { aws } = await startEmulator({
    paths,
    port,
    record: (one) => writePrivateJson(paths.recordFile, { created_at: new Date().toISOString(), processes: [one] }),
  });
  const operator = { id: aws.access_key_id, secret: aws.secret_access_key };
  const terraform = await terraformOf(aws);
  const [settingsFile, settings] = keep('settings', readFileSync(join(example, 'settings.tfvars.json'), 'utf8'));
  const exportText = readFileSync(join(example, 'tenants.json'), 'utf8');
  const [tenantsFile] = keep('tenants', exportText);
  await terraform('init');
  await terraform('apply', '-auto-approve', `-var-file=${settingsFile}`, `-var=tenants_export=${tenantsFile}`);
  await sameAsCommand(terraform, exportText, settings);
  await accounts(aws.endpoint_url, operator);

  const again = (...more: string[]): Promise<string[]> => changesOf(terraform, more);
  const usual = [`-var-file=${settingsFile}`, `-var=tenants_export=${tenantsFile}`];
  expect('a second plan changes nothing', await again(...usual), []);
  const [upgraded] = keep('upgraded', settings.replace('"enterprise"', '"business"'));
  expect(
    'a plan changes nothing in AWS',
    await again(`-var-file=${upgraded}`, `-var=tenants_export=${tenantsFile}`),
    [],
  );
  const { Items } = JSON.parse(exportText) as { readonly Items: readonly Item[] };
  const [fewer] = keep('fewer', JSON.stringify({ Items: Items.filter((one) => one.installation_id.N !== '102') }));
  const left = await again(`-var-file=${settingsFile}`, `-var=tenants_export=${fewer}`);
  const own = ['aws_iam_role.account["app"]', 'aws_iam_role_policy.s3["app"]'];
  expect(
    'a tenant that leaves takes only its own',
    left,
    own.map((one) => `delete module.namespace["102"].${one}`),
  );
  await terraform('destroy', '-auto-approve', ...usual);
}

type Terraform = (...args: string[]) => Promise<string>;

async function sameAsCommand(terraform: Terraform, tenants: string, settings: string): Promise<void> {
  const files = JSON.parse(await terraform('output', '-json', 'files')) as Record<string, string>;
  const rendered = renderNamespaces(
    join(root, 'modules', 'tenant-namespace'),
    parseExport(tenants),
    parseSettings(settings),
  );
  expect('Terraform and the command name the same files', Object.keys(files).sort(), Object.keys(rendered).sort());
  const different = Object.keys(files).filter((name) => files[name] !== rendered[name]);
  expect('and each has the same bytes in both', different, []);
}

/** What the accounts of two tenants may take, and what they reach with it. */
async function accounts(url: string, operator: Credentials): Promise<void> {
  const aws = askAws(url);
  await aws.put(operator, 'apps-tenant-data');
  for (const tenant of ['acme', 'globex-inc'])
    await aws.put(operator, `apps-tenant-data/tenants/tenant-${tenant}/file`, tenant);
  const assume = (namespace: string, account: string, role: string): Promise<Credentials | string> =>
    aws.assume(
      `arn:aws:iam::123456789012:role/apps.tenant-${role}.app`,
      `system:serviceaccount:${namespace}:${account}`,
    );
  const mine = await assume('tenant-acme', 'app', 'acme');
  expect('an account gets its own role', typeof mine, 'object');
  for (const [what, namespace, account] of [
    ['another tenant', 'tenant-globex-inc', 'app'],
    ['another account of the tenant', 'tenant-acme', 'default'],
    ['a namespace with a longer name', 'tenant-acme-2', 'app'],
  ] as const)
    expect(`${what} does not get it`, await assume(namespace, account, 'acme'), 'AccessDenied');
  if (typeof mine === 'string') return;
  const prefix = 'apps-tenant-data/tenants';
  expect('it writes to its own prefix', await aws.put(mine, `${prefix}/tenant-acme/new`, 'x'), 200);
  expect('and reads from it', await aws.get(mine, `${prefix}/tenant-acme/file`), 200);
  expect('and lists it', await aws.get(mine, 'apps-tenant-data?list-type=2&prefix=tenants%2Ftenant-acme%2F'), 200);
  expect("it does not read another's", await aws.get(mine, `${prefix}/tenant-globex-inc/file`), 403);
  expect('nor write there', await aws.put(mine, `${prefix}/tenant-globex-inc/new`, 'x'), 403);
  expect('nor write to a prefix that only begins alike', await aws.put(mine, `${prefix}/tenant-acme-2/new`, 'x'), 403);
  expect('nor list it', await aws.get(mine, 'apps-tenant-data?list-type=2&prefix=tenants%2Ftenant-globex-inc%2F'), 403);
  expect('nor list the whole bucket', await aws.get(mine, 'apps-tenant-data?list-type=2'), 403);
}

function keep(name: string, text: string): [string, string] {
  const file = join(paths.terraform, `${name}.tfvars.json`);
  writeFileSync(file, text);
  return [file, text];
}

/** What a plan would do, such as `delete aws_iam_role.this`. */
async function changesOf(terraform: Terraform, more: readonly string[]): Promise<string[]> {
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

async function terraformOf(aws: {
  readonly endpoint_url: string;
  readonly access_key_id: string;
  readonly secret_access_key: string;
}): Promise<Terraform> {
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
      const options = { cwd: example, env, maxBuffer: 64 * 1024 * 1024 };
      return (await run(findTerraform(), [command ?? '', '-no-color', ...input, ...withState, ...args], options))
        .stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`terraform ${command} failed:\n${stdout}${stderr}`);
    }
  };
}

main()
  .catch((error: unknown) => {
    counted.failed += 1;
    console.error(error instanceof Error ? error.message : error);
  })
  .finally(async () => {
    await down(paths);
    console.log(`${counted.passed} passed, ${counted.failed} failed`);
    process.exitCode = counted.failed > 0 ? 1 : 0;
  });
