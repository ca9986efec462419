import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountReader } from './account';
import { REQUIRED_TAGS, type FleetMonitor } from './fleet-monitor';

const POLL_INTERVAL_MS = 300;

export interface Watch {
  /** Missing tags of volumes and network interfaces, and failed samples. */
  readonly violations: () => readonly string[];
  readonly checkedAttachments: () => number;
  readonly stop: () => Promise<void>;
}

/** Samples the account's machines during the whole scenario. */
export function watchMachines(account: AccountReader, fleetMonitor: FleetMonitor): Watch {
  const violations = new Set<string>();
  const checked = new Set<string>();
  const ending = new AbortController();
  const inspect = async (instanceId: string): Promise<void> => {
    const attached = await account.attachments(instanceId);
    // Already gone; the next machine is checked instead.
    if (attached.length === 0) return;
    checked.add(instanceId);
    for (const one of attached)
      for (const tag of REQUIRED_TAGS)
        if (!one.tags[tag]) violations.add(`${one.id} of ${instanceId} has no tag ${tag}`);
  };
  const round = async (): Promise<void> => {
    const machines = await account.machines();
    fleetMonitor.sample(machines);
    const fresh = machines.filter((one) => one.state === 'running' && !checked.has(one.id));
    await Promise.all(fresh.map((one) => inspect(one.id)));
  };
  const loop = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await round().catch((error: unknown) =>
        violations.add(`a sample of the machines failed: ${error instanceof Error ? error.message : String(error)}`),
      );
      await sleep(POLL_INTERVAL_MS, undefined, { signal: ending.signal }).catch(() => undefined);
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
