import { isObject, readCapMarks, type CapMark } from '@multi-tenant-runner/core';
import type { EventType, Told } from './catalogue';
import { capFields, pickFields, tenantFields } from './fields';
import type { StreamChange } from './stream-change';

type Row = StreamChange['after'];
type Sides = Pick<StreamChange, 'before' | 'after'>;

const OF_STATUS: Readonly<Record<string, EventType>> = {
  active: 'tenant.activated',
  suspended: 'tenant.suspended',
  deleted: 'tenant.offboarded',
};
/** Written together with the status. */
const WITH_STATUS: ReadonlySet<string> = new Set(['status', 'suspended_by']);

/** What a write to a row of the tenants table means. Most writes only take or give back a slot: nothing. Pure. */
export function tellOfTenant({ before, after }: Sides): readonly Told[] {
  if (!isTenant(after)) {
    if (after !== undefined || !isTenant(before)) return [];
    return [{ type: 'tenant.row-removed', data: pickFields(tenantFields, before) }];
  }
  const data = pickFields(tenantFields, after);
  if (!isTenant(before)) return [{ type: 'tenant.created', data }, ...tellOfCaps({ after })];
  const earlier = pickFields(tenantFields, before);
  const names = Object.keys(tenantFields).filter((name) => data[name] !== earlier[name]);
  const changed = (name: string): boolean => names.includes(name);
  const told = (type: EventType): Told => ({ type, data: { ...data, before: only(earlier, names) } });
  const ofStatus = changed('status') ? OF_STATUS[String(data['status'])] : undefined;
  const isElse = names.some((name) => ofStatus === undefined || !WITH_STATUS.has(name));
  return [
    ...(ofStatus === undefined ? [] : [told(ofStatus)]),
    ...(isElse ? [told('tenant.changed')] : []),
    ...(after['cleanup'] === 'done' && before['cleanup'] !== 'done'
      ? [{ type: 'tenant.cleaned-up', data } as const]
      : []),
    ...tellOfCaps({ before, after }),
  ];
}

function only(row: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));
}

/** A row without it is not a tenant yet: a tombstone, or a mistyped id. */
function isTenant(row: Row): row is Readonly<Record<string, unknown>> {
  return isObject(row) && typeof row['org_name'] === 'string' && row['org_name'].trim() !== '';
}

/** A mark is written once for each level of each period. */
function tellOfCaps({ before = {}, after = {} }: Sides): readonly Told[] {
  const [earlier, marks] = [readCapMarks(before), readCapMarks(after)];
  return Object.entries(marks).flatMap(([cap, mark]: readonly [string, CapMark]): readonly Told[] => {
    const standing = earlier[cap as keyof typeof earlier];
    if (standing?.level === mark.level && standing.period === mark.period) return [];
    const type = mark.level === 'warned' ? 'usage.warning' : 'usage.reached';
    const data = pickFields(capFields, { ...mark, cap, limit: mark.cap });
    return Object.keys(data).length < Object.keys(capFields).length ? [] : [{ type, data }];
  });
}
