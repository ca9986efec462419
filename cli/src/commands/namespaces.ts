import { join } from 'node:path';
import type { TenantDirectory, TenantLookup } from '@multi-tenant-runner/core';
import {
  entriesOf,
  namespaceOf,
  parseExport,
  parseSettings,
  renderNamespaces,
  type Settings,
  type TenantEntry,
  type Templates,
} from '@multi-tenant-runner/namespaces';
import type { Answer, Row } from '../answer';
import { usage } from '../problem';
import type { Files } from '../local-files';
import { readFile } from '../read/read-file';

export interface NamespaceDeps {
  readonly files: Files;
  /** What modules/tenant-namespace renders from. */
  readonly templates: Templates;
}

const PAGE = 100;
const AT_ONCE = 8;

/**
 * Writes the manifests of every active and suspended tenant.
 *
 * @param tenants from the registry, or from a file (parseExport)
 */
export async function renderTenantNamespaces(
  paths: { readonly settings: string; readonly out: string },
  tenants: readonly TenantEntry[],
  { files, templates }: NamespaceDeps,
): Promise<Answer> {
  const rendered = renderNamespaces(templates, tenants, readSettings(paths.settings, files));
  for (const [name, text] of Object.entries(rendered)) files.write(join(paths.out, name), text);
  const fields = { namespaces: tenants.length, files: Object.keys(rendered).length, folder: paths.out };
  return { kind: 'fields', fields, sentence: `Wrote the manifests of ${tenants.length} namespaces to ${paths.out}.` };
}

/** The tenants that have a namespace, each by its whole row: the index lacks what says that a row is deleted. */
export async function registeredTenants(directory: TenantDirectory): Promise<readonly TenantEntry[]> {
  const ids: number[] = [];
  for (const status of ['active', 'suspended'] as const) {
    let after: number | undefined;
    do {
      const page = await directory.list(status, { limit: PAGE, ...(after !== undefined && { after }) });
      ids.push(...page.tenants.map(({ installationId }) => installationId));
      after = page.next;
    } while (after !== undefined);
  }
  const lookups: TenantLookup[] = [];
  for (let from = 0; from < ids.length; from += AT_ONCE)
    lookups.push(...(await Promise.all(ids.slice(from, from + AT_ONCE).map((id) => directory.get(id)))));
  return entriesOf(lookups.flatMap(registeredAs)).sort((a, b) => Number(a.id) - Number(b.id));
}

/** From what `aws dynamodb scan` printed of the tenants table. */
export const exportedTenants = (path: string, files: Files): readonly TenantEntry[] =>
  parseExport(readFile(path, files));

/** The fields of a tenant's namespace; none of one that has none. */
export function namespaceFields(lookup: TenantLookup, path: string, files: Files): Row {
  const settings = readSettings(path, files);
  const [entry] = entriesOf(registeredAs(lookup));
  return entry === undefined ? {} : { ...namespaceOf(entry, settings) };
}

function registeredAs(lookup: TenantLookup): Parameters<typeof entriesOf>[0] {
  if (lookup.kind !== 'tenant') return [];
  const { installationId, orgName: org, status, tier } = lookup.tenant;
  return [{ id: String(installationId), org, status, tier }];
}

function readSettings(path: string, files: Files): Settings {
  const text = readFile(path, files);
  try {
    return parseSettings(text);
  } catch (error) {
    throw usage(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
