import {
  ceilingsOf,
  renameKeys,
  skeletonOf,
  toCamelCase,
  type App,
  type AppQuota,
  type QuotaShare,
  type QuotaUse,
} from '@multi-tenant-runner/core';
import { fromAttributes, toAttributes, type Item } from './attributes';
import { Expression } from './expression';
import { toItem, toRow } from './rows';
import type { Update } from './table';

/**
 * The table of apps: a row of each app under its name, and under keys that no name can be, who has what name (and all
 * that look like it), what of its quota each tenant has in use, the priorities taken at each load balancer, and the
 * settings that Terraform writes.
 */
export const SETTINGS_KEY = '#settings';
/** Apps that the deployer is to look at some time: all but deleted ones. */
export const DUE_SHARD = 'app';

export const appKey = (app: string): Item => toAttributes({ app });
/** A preview's name looks like no app's that can be declared, and must not be in one's way. */
export const nameKey = (app: string): Item => appKey(`name#${app.includes('--') ? app : skeletonOf(app)}`);
export const quotaKey = (installationId: number): Item => appKey(`quota#${installationId}`);
export const albKey = (alb: number): Item => appKey(`alb#${alb}`);

export function itemOfApp(app: App): Item {
  return { ...toItem(toRow(app)), due_shard: { S: DUE_SHARD } };
}

/** Only these stores write apps, so their shape is not validated again. */
export function appOf(item: Item): App {
  const { due_shard: _shard, ...row } = fromAttributes(item);
  return renameKeys(row, toCamelCase) as App;
}

export function useOf(item: Item | undefined): QuotaUse {
  const { apps, tasks = 0, cpu = 0, memory = 0, secrets = 0 } = fromAttributes(item ?? {});
  return {
    apps: apps instanceof Set ? new Set([...apps].map(String)) : new Set(),
    tasks: Number(tasks),
    vcpu: Number(cpu) / 1_024,
    memoryGb: Number(memory) / 1_024,
    secrets: Number(secrets),
  };
}

/** A tenant takes a name and all that look like it; what nobody has had for 30 days is free. */
export function takeName(app: App, now: Date): Update {
  const expression = new Expression();
  const own = expression.equals('held_by', app.installationId);
  const hasRested = `${expression.name('free_at')} <= ${expression.value(now.getTime())}`;
  const isFree = `(${expression.isMissing('apps')} AND ${hasRested})`;
  const names = `${expression.name('apps')} ${expression.value(new Set([app.app]))}`;
  return {
    key: nameKey(app.app),
    expression,
    update: `${expression.update({ held_by: app.installationId, free_at: null })} ADD ${names}`,
    condition: `(${expression.isMissing('app')} OR ${own} OR ${isFree})`,
  };
}

export function restName(app: App, freeAt: number): Update {
  const expression = new Expression();
  const names = `${expression.name('apps')} ${expression.value(new Set([app.app]))}`;
  return {
    key: nameKey(app.app),
    expression,
    update: `${expression.update({ free_at: freeAt })} DELETE ${names}`,
    condition: expression.exists('app'),
  };
}

/** Room for what is added; what gives back is never refused, as a quota may be lowered below what is in use. */
export function takeShare(app: App, share: QuotaShare, quota: AppQuota, isNew: boolean): Update {
  const expression = new Expression();
  const most = ceilingsOf(quota);
  const dimensions = ['tasks', 'cpu', 'memory', 'secrets'] as const;
  const room = dimensions
    .filter((one) => share[one] > 0)
    .map((one) => {
      const below = `${expression.name(one)} <= ${expression.value(most[one] - share[one])}`;
      return `(${expression.isMissing(one)} OR ${below})`;
    });
  if (isNew) {
    const fewer = `size(${expression.name('apps')}) < ${expression.value(quota.apps)}`;
    room.push(`(${expression.isMissing('apps')} OR ${fewer})`);
  }
  return {
    key: quotaKey(app.installationId),
    expression,
    update: addShare(expression, share, isNew ? [app.app] : []),
    // Always true where nothing is added: the first request makes the row.
    condition: room.length > 0 ? room.join(' AND ') : anyRow(expression),
  };
}

export function giveShareBack(app: App, share: QuotaShare): Update {
  const expression = new Expression();
  const { tasks, cpu, memory, secrets } = share;
  const negative = { tasks: -tasks, cpu: -cpu, memory: -memory, secrets: -secrets };
  const apps = `DELETE ${expression.name('apps')} ${expression.value(new Set([app.app]))}`;
  return {
    key: quotaKey(app.installationId),
    expression,
    update: `${addShare(expression, negative, [])} ${apps}`,
    condition: anyRow(expression),
  };
}

function addShare(expression: Expression, share: QuotaShare, apps: readonly string[]): string {
  const { tasks, cpu, memory, secrets } = share;
  const adding = Object.entries({ tasks, cpu, memory, secrets }).map(
    ([name, value]) => `${expression.name(name)} ${expression.value(value)}`,
  );
  const names = apps.length > 0 ? [`${expression.name('apps')} ${expression.value(new Set(apps))}`] : [];
  return `ADD ${[...adding, ...names].join(', ')}`;
}

export function anyRow(expression: Expression): string {
  return `(${expression.isMissing('app')} OR ${expression.exists('app')})`;
}

/** Raises what each write raises. */
export function counting(expression: Expression, update: string, ...names: readonly string[]): string {
  const one = expression.value(1);
  return `${update} ADD ${names.map((name) => `${expression.name(name)} ${one}`).join(', ')}`;
}
