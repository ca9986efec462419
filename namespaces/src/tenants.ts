/** A tenant of the registry that has a namespace. */
export interface TenantEntry {
  /** The installation_id. */
  readonly id: string;
  readonly name: string;
  readonly tier: string;
  readonly suspended: boolean;
}

type Item = Readonly<Record<string, { readonly S?: string; readonly N?: string } | undefined>>;

const MAX_NAME = 40;

/**
 * Reads what `aws dynamodb scan --output json` prints of the tenants table. Tenants that are gone, and rows that are no
 * tenant, are left out; rows that a deletion marked are gone, whatever their status says.
 *
 * @throws Error when it is no export, or two tenants would have the same namespace
 */
export function parseExport(text: string): TenantEntry[] {
  const { Items: items } = JSON.parse(text) as { readonly Items?: readonly Item[] };
  if (!Array.isArray(items)) throw new Error('The export has no "Items"; make it with aws dynamodb scan.');
  const found = (items as readonly Item[]).flatMap((item) => {
    const [id, org, status, tier] = [item['installation_id']?.N, ...texts(item)];
    if (id === undefined || org === undefined || tier === undefined || item['deleted_at'] || item['cleanup']) return [];
    return [{ id, org, status: String(status), tier }];
  });
  return entriesOf(found);
}

/** What a tenant's row says that matters here. */
interface Registered {
  readonly id: string;
  readonly org: string;
  readonly status: string;
  readonly tier: string;
}

/**
 * The tenants that have a namespace: active ones and suspended ones.
 *
 * @throws Error when two would have the same namespace
 */
export function entriesOf(rows: readonly Registered[]): TenantEntry[] {
  const found = rows
    .filter(({ status }) => status === 'active' || status === 'suspended')
    .map(({ id, org, status, tier }) => ({ id, name: nameOf(org), tier, suspended: status === 'suspended' }));
  const taken = [...new Set(found.map(({ name }) => name))]
    .map((name) => [name, found.filter((one) => one.name === name)] as const)
    .filter(([, tenants]) => tenants.length > 1);
  if (taken.length > 0) {
    const list = taken.map(([name, tenants]) => `${name} (${tenants.map(({ id }) => id).join(', ')})`).join('; ');
    throw new Error(
      `Tenants have the same namespace: ${list}. Rename an organisation, or leave one out of the export.`,
    );
  }
  return found;
}

const texts = (item: Item): (string | undefined)[] => ['org_name', 'status', 'tier'].map((name) => item[name]?.S);

/** As a label of DNS, and cut to what has room. */
function nameOf(org: string): string {
  return org
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_NAME)
    .replaceAll(/^-+|-+$/g, '');
}
