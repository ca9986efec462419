import { createHash } from 'node:crypto';
import { parseBlock } from './ipv4';
import type { Egress, Plan, Settings } from './settings';
import type { TenantEntry } from './tenants';

/** What the templates know, as modules/tenant-namespace/main.tf makes it; a test compares what both render. */
export type Facts = Readonly<Record<string, unknown>>;

const PERSONAS = ['admin', 'user', 'viewer'];
/** The module's default; the example sets no other. */
const PREFIX = 'tenant-';
const IAM_NAME = 64;
const LINK_LOCAL = { first: 169 * 2 ** 24 + 254 * 2 ** 16, size: 2 ** 16 };
/** No quote, no line break, no brace: a value stays in the place that a template gives it. */
const HARMLESS = /^[A-Za-z0-9:./@=+_, "-]*$/;

/** The name of a tenant's namespace, and of its plan. */
export function namespaceOf(
  { id, name, tier }: Pick<TenantEntry, 'id' | 'name' | 'tier'>,
  { tenants, plan_of_tier: tiers = { small: 'free', medium: 'team', large: 'business' } }: Settings,
): { readonly namespace: string; readonly plan: string } {
  return { namespace: `${PREFIX}${name}`, plan: tenants?.[id]?.plan ?? tiers[tier] ?? 'free' };
}

/**
 * @param plans the plans by name, such as the module's plans.json
 * @throws Error when the tenant's plan is unknown or a value could leave its place in a manifest
 */
export function factsOf(tenant: TenantEntry, settings: Settings, plans: Readonly<Record<string, Plan>>): Facts {
  const { defaults = {} } = settings;
  const own = settings.tenants?.[tenant.id] ?? {};
  const { namespace, plan: planName } = namespaceOf(tenant, settings);
  const plan = plans[planName];
  if (plan === undefined)
    throw new Error(
      `The plan of tenant ${tenant.id} must be one of ${Object.keys(plans).join(', ')}; it is "${planName}".`,
    );
  const accounts = sorted(own.service_accounts ?? defaults.service_accounts ?? {}).map(([name, account]) => ({
    name,
    hasRole: account.s3 === true || Object.keys(account.policy_arns ?? {}).length > 0,
  }));
  const admins = defaults.cluster_admin === undefined ? [] : [defaults.cluster_admin];
  const podIdentity = defaults.pod_identity ?? false;
  const operators = ['system:masters', 'system:serviceaccounts:kube-system', ...admins];
  const facts: Facts = {
    namespace,
    tenant_id: tenant.id,
    tenant_name: tenant.name,
    plan_name: planName,
    plan: { ...plan, ...(tenant.suspended && { pods: 0, jobs: 0 }) },
    isolation: own.isolation ?? 'namespace',
    egress: egressOf(own.egress ?? defaults.egress ?? {}),
    ingress_namespaces: [...(defaults.ingress_namespaces ?? [])].sort(),
    service_accounts: accounts.map(({ name, hasRole }) => ({
      name,
      role_arn: hasRole && !podIdentity ? roleArn(settings, namespace, name) : '',
    })),
    bindings: [
      ...admins.map((group) => ({ name: 'cluster-admin', kind: 'ClusterRole', role: 'cluster-admin', group })),
      ...PERSONAS.map((one) => {
        const role = `tenant-${one}`;
        return { name: role, kind: 'Role', role, group: `${namespace}:${one}` };
      }),
    ],
    operators: [...operators, ...(defaults.operator_groups ?? [])].map((group) => `"${group}"`).join(', '),
    autoscaling: sorted(own.autoscaling ?? {}).map(([name, one]) => ({ cpu_percent: 70, ...one, name })),
    pod_identity: podIdentity && accounts.some(({ hasRole }) => hasRole),
  };
  refuseHarm(facts, tenant.id);
  return facts;
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}

function egressOf(egress: Egress): Facts[] {
  return sorted(egress).map(([name, { cidr, ports }]) => ({
    name,
    cidr,
    ports: ports.map(({ port, protocol = 'TCP' }) => ({ port, protocol })),
    has_link_local: holdsLinkLocal(cidr),
  }));
}

/** Whether 169.254.0.0/16 is a part of the block, and not the whole. */
function holdsLinkLocal(cidr: string): boolean {
  const block = parseBlock(cidr);
  if (block === undefined || block.size <= LINK_LOCAL.size) return false;
  return Math.floor(LINK_LOCAL.first / block.size) === Math.floor(block.first / block.size);
}

function roleArn(settings: Settings, namespace: string, account: string): string {
  const [, partition, , , number] = settings.oidc_provider_arn.split(':');
  const full = `${settings.cluster_name}.${namespace}.${account}`;
  const hash = createHash('sha256').update(full).digest('hex').slice(0, 8);
  const name = full.length <= IAM_NAME ? full : `${full.slice(0, 55)}.${hash}`;
  return `arn:${partition}:iam::${number}:role/${name}`;
}

function refuseHarm(value: unknown, tenant: string): void {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) refuseHarm(part, tenant);
    return;
  }
  if (!HARMLESS.test(String(value)))
    throw new Error(`A value of tenant ${tenant} has characters that no manifest takes: ${JSON.stringify(value)}.`);
}
