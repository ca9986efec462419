import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '@multi-tenant-runner/runtime';
import { parseApiConfig } from '@multi-tenant-runner/api/config';
import { parseCallbacksConfig } from '@multi-tenant-runner/callbacks/config';
import { parseEventsConfig } from '@multi-tenant-runner/events/config';
import { parseDeployerConfig } from '@multi-tenant-runner/deployer/config';
import { parseMachineConfig } from '@multi-tenant-runner/machine/config';
import { parseRecoveryConfig } from '@multi-tenant-runner/recovery/config';
import { parseScaleDownConfig } from '@multi-tenant-runner/scale-down/config';
import { parseScaleUpConfig } from '@multi-tenant-runner/scale-up/config';
import { parseTenantManagerConfig } from '@multi-tenant-runner/tenant-manager/config';
import { parseWebhookConfig } from '@multi-tenant-runner/webhook/config';

const root = join(__dirname, '../..');
const functions: readonly (readonly [string, string, (env: Env) => unknown])[] = [
  ['webhook', 'modules/webhook/main.tf', parseWebhookConfig],
  ['scale-up', 'scale-up.tf', parseScaleUpConfig],
  ['scale-down', 'scale-down.tf', parseScaleDownConfig],
  ['tenant-manager', 'tenant-manager.tf', parseTenantManagerConfig],
  ['recovery', 'recovery.tf', parseRecoveryConfig],
  ['machine', 'machine.tf', parseMachineConfig],
  ['api', 'modules/api/main.tf', parseApiConfig],
  ['events', 'modules/events/main.tf', parseEventsConfig],
  ['deployer', 'modules/apps/deployer.tf', parseDeployerConfig],
  ['callbacks', 'modules/events/callbacks.tf', parseCallbacksConfig],
];

/** Lambda itself sets these; Terraform may not. */
const fromLambda = (name: string): boolean => name.startsWith('AWS_');

/** The variables that a function asks for, seen by asking it. */
function readBy(readConfig: (env: Env) => unknown): string[] {
  const asked = new Set<string>();
  const env = new Proxy<Env>({}, { get: (_, name) => void asked.add(String(name)) });
  expect(() => readConfig(env)).toThrow(/is missing/);
  return [...asked].filter((name) => !fromLambda(name)).sort();
}

/** Set only where the operator asks for what they are about. */
const OPTIONAL: ReadonlySet<string> = new Set([
  'APPS',
  'MACHINES_A_CALL',
  'SHARED_CALLS',
  'KMS_KEY_ARN',
  'GITHUB_PROXY',
  'GITHUB_NO_PROXY',
  'CA_BUNDLE_PARAMETER',
  'CONFIG_TABLE',
  'API_TABLE',
  'MAX_RUNNERS_TOTAL',
  'CHECK_RUNS',
  'LINK_KEY_PARAMETER',
  'POOL_TABLE',
  'POOLS',
  'EXPORT_BUCKET',
  'CODEBUILD_PROJECT',
  'DNS_SERVERS',
  'CALLBACKS_QUEUE_URL',
  'CALLBACKS_OF',
]);

const hcl = readdirSync(root)
  .filter((name) => name.endsWith('.tf'))
  .map((name) => readFileSync(join(root, name), 'utf8'))
  .join('\n');

/** The names in a function's block, and in the locals that it merges. */
function setBy(file: string): string[] {
  const block = /\n {2}environment \{\n {4}variables = (?:merge\(([\w., ]*))?\{\n([\s\S]*?)\n {4}\}/.exec(
    readFileSync(join(root, file), 'utf8'),
  );
  if (block === null) throw new Error(`${file} has no environment block of the expected form`);
  const [, merged = '', own = ''] = block;
  const locals = [...merged.matchAll(/local\.(\w+)/g)].map(([, name]) => localOf(String(name)));
  const names = [...[own, ...locals].join('\n').matchAll(/\b([A-Z][A-Z0-9_]+) *=[^=]/g)].map(([, name]) =>
    String(name),
  );
  return [...new Set(names)].sort();
}

/** The text of a local value, up to the line that closes it. */
function localOf(name: string): string {
  const [, text] = new RegExp(`\\n {2}${name} += ([\\s\\S]*?\\n {2}[)}])`).exec(hcl) ?? [];
  if (text === undefined) throw new Error(`There is no local.${name} of the expected form`);
  return text;
}

test.each(functions)('%s reads exactly the variables that %s sets', (_name, file, readConfig) => {
  expect(setBy(file)).toEqual(readBy(readConfig));
});

test.each(functions)(
  '%s names every problem of a broken environment at once, and no value',
  (_name, _file, readConfig) => {
    const env: Env = { RUNNER_TIERS: 'a-value-that-stays-secret', LOG_LEVEL: 'loud' };
    let message = '';
    try {
      readConfig(env);
    } catch (error) {
      message = String(error);
    }
    for (const name of readBy(readConfig).filter((one) => !OPTIONAL.has(one))) expect(message).toContain(`${name}:`);
    expect(message).not.toContain('a-value-that-stays-secret');
  },
);
