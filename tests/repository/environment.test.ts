import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '@multi-tenant-runner/runtime';
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

function setBy(file: string): string[] {
  const block = /\n {2}environment \{\n {4}variables = (?:merge\()?\{\n([\s\S]*?)\n {4}\}/.exec(
    readFileSync(join(root, file), 'utf8'),
  )?.[1];
  if (block === undefined) throw new Error(`${file} has no environment block of the expected form`);
  return [...block.matchAll(/^\s*([A-Z][A-Z0-9_]*)\s*=/gm)].map(([, name]) => String(name)).sort();
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
    for (const name of readBy(readConfig).filter((one) => one !== 'KMS_KEY_ARN')) expect(message).toContain(`${name}:`);
    expect(message).not.toContain('a-value-that-stays-secret');
  },
);
