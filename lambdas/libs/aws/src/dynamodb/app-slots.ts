import type { App, AppSlot } from '@multi-tenant-runner/core';
import { albKey, anyRow, appKey, counting } from './app-rows';
import { Expression } from './expression';
import type { Update } from './table';

export function takePriority({ alb, priority }: AppSlot, limit: number): Update {
  const expression = new Expression();
  const slots = expression.name('slots');
  const isFree = `NOT contains(${slots}, ${expression.value(priority)})`;
  const room = `(size(${slots}) < ${expression.value(limit)} AND ${isFree})`;
  return {
    key: albKey(alb),
    expression,
    update: `ADD ${slots} ${expression.value(new Set([priority]))}`,
    condition: `(${expression.isMissing('slots')} OR ${room})`,
  };
}

export function freePriority({ alb, priority }: AppSlot): Update {
  const expression = new Expression();
  const update = `DELETE ${expression.name('slots')} ${expression.value(new Set([priority]))}`;
  return { key: albKey(alb), expression, update, condition: anyRow(expression) };
}

export function recordSlot(app: App, slot: AppSlot): Update {
  const expression = new Expression();
  const update = counting(expression, expression.update({ slot }), 'version');
  const condition = `${expression.isMissing('slot')} AND ${expression.exists('due_shard')}`;
  return { key: appKey(app.app), expression, update, condition };
}
