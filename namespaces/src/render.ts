import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { factsOf, type Facts } from './facts';
import type { Plan, Settings } from './settings';
import { fill } from './template';
import type { TenantEntry } from './tenants';

const ENDING = '.tftpl';

/**
 * A tenant's manifests by file name, from the module's own templates.
 *
 * @param module the folder modules/tenant-namespace
 */
export function renderTenant(module: string, facts: Facts): Record<string, string> {
  const folder = join(module, 'manifests');
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(ENDING))
    .sort()
    .map(
      (name) => [name.slice(0, -ENDING.length), fill(readFileSync(join(folder, name), 'utf8'), { t: facts })] as const,
    )
    .filter(([, text]) => text.trim() !== '');
  return Object.fromEntries(files);
}

/** Every file of the GitOps repository by its path, as the output `files` of examples/tenant-namespace has them. */
export function renderNamespaces(
  module: string,
  tenants: readonly TenantEntry[],
  settings: Settings,
): Record<string, string> {
  const plans = JSON.parse(readFileSync(join(module, 'plans.json'), 'utf8')) as Record<string, Plan>;
  return Object.fromEntries(
    tenants.flatMap((tenant) => {
      const facts = factsOf(tenant, settings, plans);
      const files = renderTenant(module, facts);
      const named = Object.entries({ ...files, 'kustomization.yaml': kustomization(Object.keys(files)) });
      return named.map(([name, text]) => [`${String(facts['namespace'])}/${name}`, text] as const);
    }),
  );
}

function kustomization(files: readonly string[]): string {
  const resources = files.map((name) => `  - ${name}\n`).join('');
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${resources}`;
}
