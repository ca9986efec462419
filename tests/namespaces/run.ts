// Applies examples/tenant-namespace to the AWS emulator: what Terraform renders is what `mtr namespaces render` writes;
// a service account gets its own role and its own prefix, and no other's; a plan's change touches nothing in AWS, and a
// tenant that leaves takes only its own. Ends with "N passed, N failed".
//   npx tsx tests/namespaces/run.ts
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensurePython } from '../../sandbox/setup/python.mjs';
import { ensureRuntimes } from '../../sandbox/setup/runtimes.mjs';
import {
  parseExport,
  parseSettings,
  readTemplates,
  renderNamespaces,
  type Settings,
} from '@multi-tenant-runner/namespaces';
import { down } from '@multi-tenant-runner/sandbox/commands/down';
import { startEmulator } from '@multi-tenant-runner/sandbox/lib/emulator';
import { changesOf, filesOf, terraformOf, type Files } from '@multi-tenant-runner/sandbox/lib/example';
import { freePorts } from '@multi-tenant-runner/sandbox/lib/ports';
import { prepareFolder, sandboxPaths, writePrivateJson } from '@multi-tenant-runner/sandbox/lib/state';
import { askAws, type Credentials } from './aws';

const root = resolve(__dirname, '..', '..');
const example = join(root, 'examples', 'tenant-namespace');
const paths = sandboxPaths(root, process.env['SANDBOX_DIR'] ?? mkdtempSync(join(tmpdir(), 'namespaces-')));
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
  const terraform = await terraformOf(aws, { example, paths });
  const [settingsFile, settings] = keep('settings', readFileSync(join(example, 'settings.tfvars.json'), 'utf8'));
  const exportText = readFileSync(join(example, 'tenants.json'), 'utf8');
  const [tenantsFile] = keep('tenants', exportText);
  await terraform('init');
  await terraform('apply', '-auto-approve', `-var-file=${settingsFile}`, `-var=tenants_export=${tenantsFile}`);
  const rendered = JSON.parse(await terraform('output', '-json', 'files')) as Files;
  sameAsCommand('the example', rendered, { tenants: exportText, settings });
  await accounts(aws.endpoint_url, operator);

  const again = (...more: string[]): Promise<string[]> => changesOf(terraform, paths, more);
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
  for (const [what, change] of VARIANTS) {
    const [file, variant] = keep('variant', JSON.stringify(change(JSON.parse(settings) as Settings)));
    const planned = await filesOf(terraform, paths, [`-var-file=${file}`, `-var=tenants_export=${tenantsFile}`]);
    sameAsCommand(what, planned, { tenants: exportText, settings: variant });
  }
  await terraform('destroy', '-auto-approve', ...usual);
}

/** Settings that fill other parts of the templates than the example's own do. */
const VARIANTS: readonly (readonly [string, (settings: Settings) => Settings])[] = [
  ['Pod Identity', (one) => ({ ...one, defaults: { ...one.defaults, pod_identity: true } })],
  ['the least', ({ cluster_name, oidc_provider_arn }) => ({ cluster_name, oidc_provider_arn })],
  [
    'a cluster of its own, names that are cut, UDP and blocks that hold the link-local addresses',
    ({ oidc_provider_arn, ...one }) => ({
      ...one,
      oidc_provider_arn,
      cluster_name: `apps-${'x'.repeat(40)}`,
      defaults: {
        ...one.defaults,
        egress: {
          half: { cidr: '128.0.0.0/1', ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] },
          near: { cidr: '169.240.0.0/12', ports: [{ port: 80 }] },
        },
      },
      tenants: { '101': { isolation: 'cluster', plan: 'business' } },
    }),
  ],
];

function sameAsCommand(
  what: string,
  files: Files,
  { tenants, settings }: { readonly tenants: string; readonly settings: string },
): void {
  const rendered = renderNamespaces(
    readTemplates(join(root, 'modules', 'tenant-namespace')),
    parseExport(tenants),
    parseSettings(settings),
  );
  const names = [Object.keys(files).sort(), Object.keys(rendered).sort()];
  expect(`${what}: Terraform and the command name the same files`, names[0], names[1]);
  const different = Object.keys(files).filter((name) => files[name] !== rendered[name]);
  expect(`${what}: and each has the same bytes in both`, different, []);
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
