import { parse } from 'csv-parse/sync';
import { usage } from '../problem';

/** What an export of AWS's bill says of one month, in US dollars. */
export interface Bill {
  readonly byTenant: ReadonlyMap<number, number>;
  /** Of lines without the tag: what is shared, and what ran before the tag was activated. */
  readonly untagged: number;
}

type Row = Readonly<Record<string, string>>;

/** The columns of an export, by its kind. */
interface Layout {
  readonly cost: string;
  readonly start: string;
  readonly tags: string;
}

/**
 * FOCUS: https://focus.finops.org/focus-specification/. CUR 2.0:
 * https://docs.aws.amazon.com/cur/latest/userguide/table-dictionary-cur2.html
 */
const LAYOUTS: readonly Layout[] = [
  { cost: 'EffectiveCost', start: 'ChargePeriodStart', tags: 'Tags' },
  { cost: 'BilledCost', start: 'ChargePeriodStart', tags: 'Tags' },
  { cost: 'line_item_unblended_cost', start: 'line_item_usage_start_date', tags: 'resource_tags' },
];
/** The tag's key as FOCUS and CUR 2.0 spell it. */
const TAGS = ['ghr:tenant_id', 'user:ghr:tenant_id', 'user_ghr_tenant_id'];

/**
 * Reads a CSV of CUR 2.0 or FOCUS.
 *
 * @throws Problem when it is neither, naming the columns that are needed
 */
export function parseBill(text: string, month: string): Bill {
  const rows = readRows(text);
  const layout = LAYOUTS.find(({ cost, start, tags }) => [cost, start, tags].every((name) => name in (rows[0] ?? {})));
  if (layout === undefined)
    throw usage(
      'The file is no export that can be read: a FOCUS export has EffectiveCost, ChargePeriodStart and Tags, one of ' +
        'CUR 2.0 line_item_unblended_cost, line_item_usage_start_date and resource_tags, as CSV.',
    );
  const byTenant = new Map<number, number>();
  let untagged = 0;
  for (const row of rows) {
    if (!(row[layout.start] ?? '').startsWith(month)) continue;
    const dollars = Number(row[layout.cost]);
    if (!Number.isFinite(dollars)) continue;
    const tenant = tenantOf(row[layout.tags]);
    if (tenant === undefined) untagged += dollars;
    else byTenant.set(tenant, (byTenant.get(tenant) ?? 0) + dollars);
  }
  return { byTenant, untagged };
}

function readRows(text: string): readonly Row[] {
  try {
    return parse(text, { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true }) as Row[];
  } catch {
    throw usage('The file is no CSV; unpack it first if it is compressed.');
  }
}

function tenantOf(tags: string | undefined): number | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(tags ?? '');
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const values = parsed as Readonly<Record<string, unknown>>;
  const value = TAGS.map((name) => values[name]).find((one) => one !== undefined);
  return /^[1-9]\d{0,15}$/.test(String(value)) ? Number(value) : undefined;
}
