import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account';
import { NEEDED_TAGS, type FleetMonitor } from './fleet-monitor';

const LOOK_EVERY_MS = 300;

export interface Watch {
  /** What machines' volumes and network interfaces lacked, and what went wrong while looking. */
  readonly violations: () => readonly string[];
  readonly checkedAttachments: () => number;
  readonly stop: () => Promise<void>;
}

/** Looks at the account's machines from the demo's first moment to its last. */
export function watchMachines(account: Account, fleetMonitor: FleetMonitor): Watch {
  const violations = new Set<string>();
  const checked = new Set<string>();
  const ending = new AbortController();
  const inspect = async (instanceId: string): Promise<void> => {
    const attached = await account.attachments(instanceId);
    // Gone before we looked: the next machine will tell.
    if (attached.length === 0) return;
    checked.add(instanceId);
    for (const one of attached)
      for (const tag of NEEDED_TAGS) if (!one.tags[tag]) violations.add(`${one.id} of ${instanceId} has no tag ${tag}`);
  };
  const round = async (): Promise<void> => {
    const machines = await account.machines();
    fleetMonitor.look(machines);
    const fresh = machines.filter((one) => one.state === 'running' && !checked.has(one.id));
    await Promise.all(fresh.map((one) => inspect(one.id)));
  };
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await round().catch((error: unknown) =>
        violations.add(`a look at the machines failed: ${error instanceof Error ? error.message : String(error)}`),
      );
      await sleep(LOOK_EVERY_MS, undefined, { signal: ending.signal }).catch(() => undefined);
    }
  };
  const running = loop();
  return {
    violations: () => [...violations],
    checkedAttachments: () => checked.size,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
