import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { factsOf } from '../src/facts';
import { renderTenant } from '../src/render';
import type { Settings } from '../src/settings';
import { readTemplates } from '../src/templates';

export const ROOT = resolve(__dirname, '..', '..');
export const MODULE = join(ROOT, 'modules', 'tenant-namespace');
const TEMPLATES = readTemplates(MODULE);
export const PLANS = TEMPLATES.plans;

/** A manifest; what is in it, the evaluators ask for piece by piece. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Manifest = any;

export const NAMESPACE = 'tenant-acme';
export const SETTINGS: Settings = {
  cluster_name: 'apps',
  oidc_provider_arn: 'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE',
  defaults: {
    egress: {
      web: { cidr: '0.0.0.0/0', ports: [{ port: 443 }] },
      database: { cidr: '10.20.0.0/24', ports: [{ port: 5432 }] },
    },
    ingress_namespaces: ['ingress-nginx'],
    service_accounts: { app: { s3: true }, plain: {} },
    cluster_admin: 'platform',
    operator_groups: ['system:serviceaccounts:argocd'],
    pod_identity: true,
  },
  tenants: { '101': { isolation: 'node_pool', autoscaling: { web: { min: 2, max: 5 } } } },
};

/** One tenant with everything that can be rendered. */
export function render(settings: Settings = SETTINGS, more: { suspended?: boolean; tier?: string } = {}): Manifest[] {
  const tenant = { id: '101', name: 'acme', tier: 'small', suspended: false, ...more };
  return manifestsOf(renderTenant(TEMPLATES, factsOf(tenant, settings, PLANS)));
}

export function manifestsOf(files: Readonly<Record<string, string>>): Manifest[] {
  return Object.values(files).flatMap((text) =>
    parseAllDocuments(text)
      .map((document) => document.toJS() as Manifest)
      .filter((one) => one !== null),
  );
}

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
  manifests.filter((one) => one.kind === kind);
