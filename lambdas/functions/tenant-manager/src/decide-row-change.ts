import {
  freeSlots,
  isMarkedDeleted,
  isOffboarded,
  parseTenantRow,
  reportNewProblems,
  type TenantProblemReport,
  type TenantLookup,
  type Tiers,
} from '@multi-tenant-runner/core';

/** A row as plain values, before and after; one of the two is absent when the row appeared or was removed. */
export interface RowChange {
  readonly installationId: number;
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
}

/**
 * `activate` and `retry` include waking. `retry`: what GitHub refused may be granted now. `offboard`: a hand set the
 * row to deleted, so nobody has marked what is left yet.
 */
export type RowWork = 'none' | 'wake' | 'retry' | 'activate' | 'offboard';

export interface RowDecision {
  readonly work: RowWork;
  /** Its parked jobs may wait for something else now. */
  readonly restate: boolean;
  readonly audit?: RowAudit;
  readonly report?: TenantProblemReport;
}

export interface RowAudit {
  /**
   * `module`: a deletion that a hand took back was put in force again. A row that appears may be of anybody; nothing
   * but a hand ever removes one.
   */
  readonly by: 'hand' | 'github' | 'module' | 'unknown';
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** What a person may edit, and what must be answerable afterwards: who had which limit when. */
const AUDITED = ['tier', 'max_runners', 'status', 'suspended_by', 'allow_public_repositories', 'runner_group'] as const;
/** Written by the lifecycle together with a status, so a status that changed without them was changed by hand. */
const LIFECYCLE_MARKS = ['github_changed_at', 'cleanup'] as const;
/** Changes with every start and end of a runner: the bulk of the stream. */
const SLOTS: ReadonlySet<string> = new Set(['slots', 'updated_at']);

/** Undefined: the change is a slot that was taken, or nothing at all. */
export function decideRowChange(
  change: RowChange,
  settings: { readonly tiers: Tiers; readonly defaultTier: string; readonly ownGroups: boolean },
): RowDecision | undefined {
  if (onlyTakesSlots(change)) return undefined;
  const parse = (row: RowChange['after']): TenantLookup =>
    parseTenantRow(change.installationId, row, settings.tiers, settings.defaultTier);
  const after = parse(change.after);
  const audit = auditOf(change);
  const report = reportNewProblems(parse(change.before), after);
  const work = isDeletedByHand(change, after) ? 'offboard' : workOf(change, after, settings.ownGroups);
  return {
    work,
    restate: work !== 'offboard' && isRestated(change),
    ...(audit && { audit }),
    ...(report && { report }),
  };
}

function onlyTakesSlots({ before, after }: RowChange): boolean {
  if (before === undefined || after === undefined) return false;
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) if (!SLOTS.has(name) && !isSame(before[name], after[name])) return false;
  const still = after['slots'];
  // A set of the wrong type is a broken row, to be reported.
  if (still !== undefined && !(still instanceof Set)) return isSame(before['slots'], still);
  const had = before['slots'] instanceof Set ? [...before['slots']] : [];
  return had.every((launch) => still?.has(launch) === true);
}

/**
 * What jobs wait for hangs on any attribute but the slots, whose every change the sweep's next look covers. A new row
 * is that of the jobs which came before it.
 */
function isRestated({ before, after }: RowChange): boolean {
  if (after === undefined) return true;
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  return [...names].some((name) => !SLOTS.has(name) && !isSame(before?.[name], after[name]));
}

/**
 * GitHub's own `deleted` writes `cleanup` with the status; whoever forgot it, or took the status back, needs the
 * offboarding still.
 */
function isDeletedByHand({ before, after }: RowChange, lookup: TenantLookup): boolean {
  if (!isOffboarded(lookup)) return false;
  return (
    after?.['cleanup'] === undefined ||
    after['status'] !== 'deleted' ||
    (before !== undefined && before['status'] !== 'deleted' && isSame(before['cleanup'], after['cleanup']))
  );
}

function workOf({ before, after }: RowChange, lookup: TenantLookup, ownGroups: boolean): RowWork {
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
  if (after === undefined) return 'hand';
  // A row without org_name is filled in by the first event of its installation.
  if (before?.['org_name'] === undefined) return 'unknown';
  if (after['status'] === 'deleted' && before['status'] !== 'deleted' && isMarkedDeleted(before)) return 'module';
  return LIFECYCLE_MARKS.some((name) => !isSame(before[name], after[name])) ? 'github' : 'hand';
}

const MAX_TEXT = 64;

/** A hand may have written anything, a pasted secret too: only what such an attribute can be is shown. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'string') return value.length <= MAX_TEXT ? value : `a text of ${value.length} characters`;
  return 'neither a text, a number nor a boolean';
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || normal(a) === normal(b);
}

function normal(value: unknown): string | undefined {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Set ? [...inner].sort() : inner));
}
