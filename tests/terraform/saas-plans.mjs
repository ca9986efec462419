// Plans of examples/saas-platform, each made once for all test files of a process.
import { plan } from './render.mjs';

const PRODUCTION = {
  environment: 'production',
  certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f0f0f-0000-0000-0000-000000000000',
  alarm_actions: ['arn:aws:sns:us-east-1:123456789012:alerts'],
  backup_copy_vault_arn: 'arn:aws:backup:eu-west-1:123456789012:backup-vault:copy',
};
const ORIGIN = {
  repository: 'acme/platform',
  author: 'jane',
  pr_number: '7',
  team: 'platform',
  created_at: '2026-11-29T12:00:00Z',
};
const VARIANTS = {
  /** As it stands, with everything that a tag can say. */
  whole: { environment_suffix: 'synth101912368', origin: ORIGIN },
  /** Without globex-inc, behind one NAT gateway. */
  fewer: {
    environment_suffix: 'synth101912368',
    origin: ORIGIN,
    one_nat_gateway: true,
    tenants: { 'acme-corp': { priority: 1 }, 'initech-llc': { priority: 3 } },
  },
  production: { environment_suffix: 'synth101912368', ...PRODUCTION },
};
const planned = {};

/** Terraform's plan as JSON; fails with what Terraform printed. */
export async function planSaas(variant) {
  planned[variant] ??= plan({ example: 'saas-platform', variables: VARIANTS[variant] });
  const { failed, output, json } = await planned[variant];
  if (failed) throw new Error(output.slice(-4000));
  return json;
}

/** The values of every managed resource that is planned, by address. */
export function valuesOf(json) {
  const walk = (module) => [...(module.resources ?? []), ...(module.child_modules ?? []).flatMap(walk)];
  const managed = walk(json.planned_values.root_module).filter(({ mode }) => mode === 'managed');
  return new Map(managed.map(({ address, values }) => [address, values]));
}
