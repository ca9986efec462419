import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { Update } from './table';
import { markOf } from './open-marks';
import { existsAsTenant, isUnmarked, keyOf } from './tenant-conditions';

const [HELD, CHANGES, OF_OLD] = ['slots_held', 'slot_changes', 'slots'];

/** The limit of admissions: the row's own, or a given one while the row's is still what was seen. */
export type Ceiling =
  | { readonly kind: 'row' }
  | { readonly kind: 'given'; readonly limit: number; readonly seen: AttributeValue | undefined };

interface SlotTaking {
  readonly installationId: number;
  readonly now: Date;
  /** More than one only below a limit that is given. */
  readonly slots?: number;
  /** What the row must have besides; null: nothing. */
  readonly expected?: Readonly<Record<string, unknown>>;
}

/**
 * The tenant's part of an admission: only of an active tenant that was not deleted, and only below its limit. It marks
 * the tenant as one that has something open.
 */
export function takeSlots({ installationId, now, slots = 1, expected = {} }: SlotTaking, ceiling: Ceiling): Update {
  const expression = new Expression();
  const condition = [
    existsAsTenant(expression),
    expression.equals('status', 'active'),
    isUnmarked(expression),
    hasRoom(expression, slots, ceiling),
    mayCount(expression),
    ...expression.isAsExpected(expected),
  ].join(' AND ');
  const mark = expression.update({ ...markOf(installationId), admitted_at: now.toISOString() });
  return { key: keyOf(installationId), expression, update: `${mark} ${count(expression, slots)}`, condition };
}

/**
 * The tenant's part of a release, in the write that takes the launch out of a state that holds a slot. Without the
 * condition the update would create a missing row, count below zero or fail as a whole.
 */
export function giveSlotBack(key: Item): Update {
  const expression = new Expression();
  const isHeld = `${expression.name(HELD)} >= ${expression.value(1)}`;
  const condition = `${isHeld} AND ${mayCount(expression)}`;
  return { key, expression, update: count(expression, -1), condition };
}

/** In place of that where the row has no count that could be lowered: what was counted before must not be written. */
export function noteSlotChange(key: Item, at: Date): Update {
  const expression = new Expression();
  // Whatever stands there, no write has left this yet.
  const update = expression.update({ [CHANGES]: at.getTime() });
  return { key, expression, update, condition: existsAsTenant(expression) };
}

/** `seen`: the number of changes as it was read before the launches were counted. */
export function writeSlotCount(
  key: Item,
  { held, at, seen }: { readonly held: number; readonly at: Date; readonly seen: AttributeValue | undefined },
): Update {
  const expression = new Expression();
  const changes = Number(seen?.N ?? (seen === undefined ? 0 : Number.NaN));
  const isCount = Number.isSafeInteger(changes) && changes >= 0;
  const update = expression.update({ [HELD]: held, [OF_OLD]: null, ...(!isCount && { [CHANGES]: at.getTime() }) });
  return {
    key,
    expression,
    update,
    condition: `${existsAsTenant(expression)} AND ${expression.isStill(CHANGES, seen)}`,
  };
}

function count(expression: Expression, difference: number): string {
  const [held, changes] = [expression.name(HELD), expression.name(CHANGES)];
  return `ADD ${held} ${expression.value(difference)}, ${changes} ${expression.value(Math.abs(difference))}`;
}

/** Something else than a number is not greater than one, and an `ADD` to it would fail as a whole. */
function mayCount(expression: Expression): string {
  const isCount = `${expression.name(CHANGES)} >= ${expression.value(0)}`;
  return `(${expression.isMissing(CHANGES)} OR ${isCount}) AND ${expression.isMissing(OF_OLD)}`;
}

/** A condition can't add, so room for more than one is what a given limit leaves. */
function hasRoom(expression: Expression, slots: number, ceiling: Ceiling): string {
  const held = expression.name(HELD);
  const figure =
    ceiling.kind === 'row' ? expression.name('max_runners') : expression.value(ceiling.limit - (slots - 1));
  const room = `(${held} >= ${expression.value(0)} AND ${held} < ${figure})`;
  const first = `(${expression.isMissing(HELD)} AND ${figure} >= ${expression.value(1)})`;
  const isRoom = `(${first} OR ${room})`;
  if (ceiling.kind === 'given') return `${expression.isStill('max_runners', ceiling.seen)} AND ${isRoom}`;
  return `${expression.hasType('max_runners', 'N')} AND ${isRoom}`;
}
