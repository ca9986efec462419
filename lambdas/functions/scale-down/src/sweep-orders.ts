import { MINUTE, TAG, ageOf, isOrderId, refuseProtected, type Machine } from '@multi-tenant-runner/core';
import { sideBySide } from '@multi-tenant-runner/runtime';
import type { ScaleDownDeps } from './deps';

/**
 * Longer than a launch whose machine's answer was lost may take to find it, and than any machine waits for its
 * configuration.
 */
const ORPHANED = 45 * MINUTE;

/** Reads side by side: every tenant's visit waits for them. */
const AT_ONCE = 10;

/** A machine of a shared call that has not been given its tenant yet, and who that is; undefined: no launch says so. */
export interface OrderedMachine {
  readonly machine: Machine;
  readonly owner: number | undefined;
}

/** Whose those machines are that came of a call for several tenants and do not show it yet: the launches' rows know. */
export async function readOrdered(
  machines: readonly Machine[],
  { launches }: Pick<ScaleDownDeps, 'launches'>,
): Promise<readonly OrderedMachine[]> {
  const undressed = machines.filter(({ tags }) => isOrderId(tags[TAG.blankId]) && tags[TAG.launchId] === undefined);
  const ordered: OrderedMachine[] = [];
  await sideBySide(undressed, { atOnce: AT_ONCE, isOver: () => false }, async (machine) => {
    ordered.push({ machine, owner: (await launches.findByInstance(machine.instanceId))?.installationId });
  });
  return ordered;
}

/** The same machines as their tenants', for the sweep to judge with the others. */
export function ownedOf(ordered: readonly OrderedMachine[]): readonly Machine[] {
  return ordered.flatMap(({ machine, owner }) =>
    owner === undefined ? [] : [{ ...machine, tags: { ...machine.tags, [TAG.tenantId]: String(owner) } }],
  );
}

/** Each has its launch's intent from before its call, so none is without; one that nobody found again ends. */
export async function endOrphans(ordered: readonly OrderedMachine[], deps: ScaleDownDeps): Promise<void> {
  const now = deps.clock.now();
  const orphans = ordered.filter(
    ({ machine, owner }) =>
      owner === undefined && machine.state !== 'shutting-down' && ageOf(machine.launchedAt, now) > ORPHANED,
  );
  const ids = orphans.map(({ machine }) => machine.instanceId);
  if (ids.length === 0) return;
  deps.log.warn('Machines of shared calls that no launch names are ended', { instance_ids: ids });
  await refuseProtected(await deps.fleet.terminate(ids));
}
