import { factsOf, type Facts } from './facts';
import type { Settings } from './settings';
import { fill } from './template';
import type { Templates } from './templates';
import type { TenantEntry } from './tenants';

/** A tenant's manifests by file name, from the module's own templates. */
export function renderTenant({ manifests }: Templates, facts: Facts): Record<string, string> {
  const files = Object.entries(manifests)
    .map(([name, template]) => [name, fill(template, { t: facts })] as const)
    .filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(files);
}

/** Every file of the GitOps repository by its path, as the output `files` of examples/tenant-namespace has them. */
export function renderNamespaces(
  templates: Templates,
  tenants: readonly TenantEntry[],
  settings: Settings,
): Record<string, string> {
  return Object.fromEntries(
    tenants.flatMap((tenant) => {
      const facts = factsOf(tenant, settings, templates.plans);
      const files = renderTenant(templates, facts);
      const named = Object.entries({ ...files, 'kustomization.yaml': kustomization(Object.keys(files)) });
      return named.map(([name, text]) => [`${String(facts['namespace'])}/${name}`, text] as const);
    }),
  );
}

function kustomization(files: readonly string[]): string {
  const resources = files.map((name) => `  - ${name}\n`).join('');
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}`;
}
