import { MODULE_ROW } from '@multi-tenant-runner/core';
import { VERSION, kindOf, type EventKind, type FleetEvent, type Told } from './catalogue';
import { lifeFields, pickFields } from './fields';
import type { StreamChange } from './stream-change';
import { tellOfJob } from './tell-of-job';
import { tellOfRunner } from './tell-of-runner';
import { tellOfTenant } from './tell-of-tenant';

/**
 * The events of one write to one row, whoever made it: a function, the API or a hand. The same each time, ids included.
 * Pure.
 */
export function decideEvents(change: StreamChange, kinds: ReadonlySet<EventKind>): readonly FleetEvent[] {
  const installationId = installationOf(change);
  if (installationId === undefined) return [];
  return tell(change)
    .filter(({ type }) => kinds.has(kindOf(type)))
    .map(({ type, data }) => ({
      id: `${change.id}-${type}`,
      type,
      version: VERSION,
      time: change.at,
      sequence: change.sequence,
      installation_id: installationId,
      data,
    }));
}

function tell(change: StreamChange): readonly Told[] {
  switch (change.table) {
    case 'tenants':
      return tellOfTenant(change);
    case 'jobs':
      return tellOfJob(change);
    case 'launches':
      return tellOfRunner(change);
    case 'usage':
      return tellOfLife(change);
    case 'audit':
      return [];
  }
}

/** Sums grow with each life, and are in the same table. */
function tellOfLife({ keys, before, after }: StreamChange): readonly Told[] {
  if (before !== undefined || !String(keys['book']).endsWith('/lives')) return [];
  const data = pickFields(lifeFields, after);
  const { launch_id: launchId, seconds, cost_micros: costMicros } = data;
  if (launchId === undefined || seconds === undefined || costMicros === undefined) return [];
  return [{ type: 'usage.recorded', data }];
}

/** Undefined: the row belongs to no tenant. */
function installationOf({ table, keys }: StreamChange): number | undefined {
  const id = table === 'usage' ? Number.parseInt(String(keys['book']), 10) : keys['installation_id'];
  return typeof id === 'number' && Number.isSafeInteger(id) && id > MODULE_ROW ? id : undefined;
}
