import type { App, AppRest, Changes, LeaseHolder } from '@multi-tenant-runner/core';
import { appKey, counting, itemOfApp } from './app-rows';
import { Expression } from './expression';
import { toRow } from './rows';
import type { Update } from './table';

/** Over the row of a deleted app too, whose name is free for whoever got it in the same write. */
export function newApp(app: App) {
  const expression = new Expression();
  const condition = `(${expression.isMissing('app')} OR ${expression.equals('state', 'deleted')})`;
  return { replace: itemOfApp(app), expression, condition };
}

/** Only as it was read, and then the deployer looks, unless that is a quiet change. */
export function changeApp(app: App, changes: Changes<App>, now: Date, isQuiet = false): Update {
  const expression = new Expression();
  const due = isQuiet ? {} : { due: now.getTime() };
  const set = expression.update(toRow({ updatedAt: now.toISOString(), ...due, ...changes }));
  return {
    key: appKey(app.app),
    expression,
    update: counting(expression, set, 'version', ...(isQuiet ? [] : ['asked'])),
    condition: `${expression.equals('version', app.version)} AND ${expression.exists('due_shard')}`,
  };
}

/** Only if nobody asked since `asked`; what is not said is as it was. */
export function restApp(name: string, holder: LeaseHolder, { asked, ...seen }: AppRest): Update {
  const expression = new Expression();
  const lease = { lease_owner: null, lease_until: null };
  return {
    key: appKey(name),
    expression,
    update: expression.update({ ...toRow({ ...seen, restedAsked: asked }), ...lease }),
    condition: `${expression.equals('lease_owner', holder.name)} AND ${expression.equals('asked', asked)}`,
  };
}

/** What stands is to be looked at anew where nobody is sure of it. */
export function leaveApp(
  name: string,
  holder: LeaseHolder,
  { due, isUnsure }: { readonly due: number; readonly isUnsure: boolean },
): Update {
  const expression = new Expression();
  const changes = { lease_owner: null, lease_until: null, ...(isUnsure && { settled_as: null }), due };
  return {
    key: appKey(name),
    expression,
    update: expression.update(changes),
    condition: expression.equals('lease_owner', holder.name),
  };
}

export function deleteApp(app: App, proof: NonNullable<App['proof']>, now: Date): Update {
  const expression = new Expression();
  const at = now.toISOString();
  const gone = { slot: null, due_shard: null, due: null, unfinished: null, lease_owner: null, lease_until: null };
  const changes = {
    state: 'deleted',
    proof: toRow(proof),
    deleted_at: at,
    updated_at: at,
    live: null,
    hosts: [],
    ...gone,
  };
  return {
    key: appKey(app.app),
    expression,
    update: counting(expression, expression.update(changes), 'version'),
    // Whoever asks meanwhile may want it back.
    condition: `${expression.equals('state', 'deleting')} AND ${expression.equals('asked', app.asked)}`,
  };
}
