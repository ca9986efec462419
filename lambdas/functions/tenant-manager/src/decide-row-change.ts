import {
  CALLBACK_ATTRIBUTE,
  CAP_ATTRIBUTES,
  CAP_MARK_ATTRIBUTES,
  ACCOUNT_DECISIONS,
  freeSlots,
  integer,
  isMarkedDeleted,
  isOffboarded,
  parseTenantRow,
  read,
  reportNewProblems,
  type TenantProblemReport,
  type TenantLookup,
  type Tiers,
} from '@multi-tenant-runner/core';

/** A row as plain values, before and after a write; `before` is absent for a new row, `after` for a removed one. */
export interface RowChange {
  readonly installationId: number;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  /** Of the write: the same each time that the stream hands it out. */
  readonly id?: string;
  readonly at?: Date;
}

/**
 * `activate` and `retry` include `wake`. `retry`: GitHub may now accept what it refused before. `offboard`: an operator
 * set the row to deleted, so its clean-up is not marked yet. `prove`: a clean-up says that nothing is left.
 */
export type RowWork = 'none' | 'wake' | 'retry' | 'activate' | 'offboard' | 'prove';

export interface RowDecision {
  readonly work: RowWork;
  /** The reason of its parked jobs may have changed. */
  readonly restate: boolean;
  readonly audit?: RowAudit;
  /** An operator's edit of a row that another installation of the account has replaced. */
  readonly carry?: Carry;
  readonly report?: TenantProblemReport;
}

export interface Carry {
  readonly to: number;
  /** By attribute; `null`: it was removed. */
  readonly changes: Readonly<Record<string, unknown>>;
}

export interface RowAudit {
  /**
   * `module`: restored a deletion that an operator had reverted. `unknown`: a new row may have any writer. Only
   * operators remove rows.
   */
  readonly by: 'operator' | 'github' | 'module' | 'unknown';
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** The attributes that an operator may edit, logged so that it stays known who had which limit when. */
const AUDITED = [
  'tier',
  'max_runners',
  'status',
  'suspended_by',
  'allow_public_repositories',
  'runner_group',
  CALLBACK_ATTRIBUTE,
  ...Object.values(CAP_ATTRIBUTES),
] as const;
/** The lifecycle writes these with every status, so a status that changed alone was changed by an operator. */
const LIFECYCLE_MARKS = ['github_changed_at', 'cleanup'] as const;
/** Change with every start and end of a runner, or each minute: the bulk of the stream. */
const SLOTS: ReadonlySet<string> = new Set([
  'slots_held',
  'slot_changes',
  'open_shard',
  'admitted_at',
  'usage',
  'updated_at',
  ...CAP_MARK_ATTRIBUTES,
]);

/** Undefined: only slots changed, or nothing. Whoever gives one back wakes the tenant's jobs itself. */
export function decideRowChange(
  change: RowChange,
  settings: { readonly tiers: Tiers; readonly defaultTier: string; readonly ownGroups: boolean },
): RowDecision | undefined {
  if (onlyChangesSlots(change)) return undefined;
  const parse = (row: RowChange['after']): TenantLookup =>
    parseTenantRow(change.installationId, row, settings.tiers, settings.defaultTier);
  const after = parse(change.after);
  const audit = auditOf(change);
  const carry = audit?.by === 'github' || audit?.by === 'module' ? undefined : decideCarry(change);
  const report = reportNewProblems(parse(change.before), after);
  const work = isDeletedByOperator(change, after) ? 'offboard' : workOf(change, after, settings.ownGroups);
  return {
    work,
    restate: work !== 'offboard' && isRestated(change),
    ...(audit && { audit }),
    ...(carry && { carry }),
    ...(report && { report }),
  };
}

function onlyChangesSlots({ before, after }: RowChange): boolean {
  if (before === undefined || after === undefined) return false;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) if (!SLOTS.has(name) && !isSame(before[name], after[name])) return false;
  // What is no count is an invalid row, which is reported.
  const isCount = (value: unknown): boolean => value === undefined || read(integer(), value) !== undefined;
  const isSound = (row: NonNullable<Row>): boolean => isCount(row['slots_held']) && isCount(row['slot_changes']);
  const isAsBefore = ['slots_held', 'slot_changes'].every((name) => isSame(before[name], after[name]));
  return isAsBefore || (isSound(before) && isSound(after));
}

/**
 * A parked job's reason may depend on every attribute but the slots, whose changes the next sweep covers. Jobs may have
 * arrived before their tenant's row.
 */
function isRestated({ before, after }: RowChange): boolean {
  if (after === undefined) return true;
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  return [...names].some((name) => !SLOTS.has(name) && !isSame(before?.[name], after[name]));
}

/**
 * GitHub's `deleted` event writes `cleanup` with the status; an edit that omits it, or that reverts the status, still
 * needs the offboarding.
 */
function isDeletedByOperator({ before, after }: RowChange, lookup: TenantLookup): boolean {
  if (!isOffboarded(lookup)) return false;
  return (
    after?.['cleanup'] === undefined ||
    after['status'] !== 'deleted' ||
    (before !== undefined && before['status'] !== 'deleted' && isSame(before['cleanup'], after['cleanup']))
  );
}

function workOf({ before, after }: RowChange, lookup: TenantLookup, ownGroups: boolean): RowWork {
  if (isOffboarded(lookup) && after?.['cleanup'] === 'done' && before?.['cleanup'] === 'pending') return 'prove';
  if (lookup.kind !== 'tenant' || lookup.tenant.status !== 'active') return 'none';
  if (ownGroups && lookup.tenant.securityGroupId === undefined) return 'activate';
  if (before !== undefined && !isSame(before['runner_group'], after?.['runner_group'])) return 'retry';
  return freeSlots(lookup.tenant) > 0 && !lookup.slotsBroken ? 'wake' : 'none';
}

type Row = Readonly<Record<string, unknown>> | undefined;
interface Sides {
  readonly before?: Row;
  readonly after?: Row;
}

function auditOf({ before, after }: Sides): RowAudit | undefined {
  const changed = AUDITED.filter((name) => !isSame(before?.[name], after?.[name]));
  if (changed.length === 0) return undefined;
  const pick = (row: RowChange['after']) =>
    Object.fromEntries(changed.flatMap((name) => (row?.[name] === undefined ? [] : [[name, plain(row[name])]])));
  return { by: writerOf({ before, after }), before: pick(before), after: pick(after) };
}

function writerOf({ before, after }: Sides): RowAudit['by'] {
  if (after === undefined) return 'operator';
  // A row without org_name is filled in by the first event of its installation.
  if (before?.['org_name'] === undefined) return 'unknown';
  if (after['status'] === 'deleted' && before['status'] !== 'deleted' && isMarkedDeleted(before)) return 'module';
  return LIFECYCLE_MARKS.some((name) => !isSame(before[name], after[name])) ? 'github' : 'operator';
}

/** A decision that a new installation had taken over belongs to the account all the same. */
function decideCarry({ before, after }: Sides): Carry | undefined {
  const to = after?.['replaced_by'];
  if (typeof to !== 'number' || before?.['org_name'] === undefined) return undefined;
  // The deletion of one installation is no decision about the next.
  const isStanding = after?.['status'] === 'active' || after?.['status'] === 'suspended';
  const names = [...ACCOUNT_DECISIONS, ...(isStanding ? ['status', 'suspended_by'] : [])];
  const changed = names.filter((name) => !isSame(before[name], after?.[name]));
  if (changed.length === 0) return undefined;
  return { to, changes: Object.fromEntries(changed.map((name) => [name, after?.[name] ?? null])) };
}

const MAX_TEXT = 64;

/** An operator may have pasted anything, even a secret: only plausible values are logged. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  // A callback's path may be what its receiver knows a sender by.
  const [origin] = typeof value === 'string' ? (/^https:\/\/[^/?#@]{1,253}(?=[/?#]|$)/.exec(value) ?? []) : [];
  if (origin !== undefined) return origin;
  if (typeof value === 'string') return value.length <= MAX_TEXT ? value : `a string of ${value.length} characters`;
  return 'neither a string, a number nor a boolean';
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || normal(a) === normal(b);
}

function normal(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Set ? [...inner].sort() : inner));
}
