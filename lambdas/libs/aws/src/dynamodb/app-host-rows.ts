import type { App } from '@multi-tenant-runner/core';
import { appKey } from './app-rows';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { Update } from './table';

const hostKey = (host: string): Item => appKey(`host#${host}`);

/** An app gets a domain that no other has; one that it has already stays its own. */
export function takeHost({ app, installationId }: App, host: string): Update {
  const expression = new Expression();
  const own = `(${expression.equals('held_by', installationId)} AND ${expression.equals('held_for', app)})`;
  return {
    key: hostKey(host),
    expression,
    update: expression.update({ held_by: installationId, held_for: app }),
    condition: `(${expression.isMissing('held_by')} OR ${own})`,
  };
}

/** From now on anybody may have it; what the app never had stays whose it is. */
export function giveHost({ app, installationId }: App, host: string): Update {
  const expression = new Expression();
  const isOwn = `${expression.equals('held_by', installationId)} AND ${expression.equals('held_for', app)}`;
  return {
    key: hostKey(host),
    expression,
    update: expression.update({ held_by: null, held_for: null }),
    condition: `(${expression.isMissing('held_by')} OR (${isOwn}))`,
  };
}
