import { isOfInstallation, type PendingDelivery, type RecoveryStore, type ScanState } from '@multi-tenant-runner/core';

export interface InMemoryDelivery extends PendingDelivery {
  readonly state: 'pending' | 'delivered' | 'given-up';
}

export interface InMemoryRecoveryStore extends RecoveryStore {
  readonly deliveries: Map<string, InMemoryDelivery>;
  readonly scans: Map<number, ScanState>;
}

export function createInMemoryRecoveryStore(): InMemoryRecoveryStore {
  const deliveries = new Map<string, InMemoryDelivery>();
  const scans = new Map<number, ScanState>();
  const change = (guid: string, expected: number, changes: Partial<InMemoryDelivery>): boolean => {
    const row = deliveries.get(guid);
    if (row?.state !== 'pending' || row.asked !== expected) return false;
    deliveries.set(guid, { ...row, ...changes });
    return true;
  };
  return {
    deliveries,
    scans,
    listPending: async (now, limit) =>
      [...deliveries.values()]
        .filter(({ state, dueAt }) => state === 'pending' && dueAt <= now.toISOString())
        .map(({ state: _state, ...delivery }) => delivery)
        .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
        .slice(0, limit),
    note: async (delivery) => {
      if (deliveries.has(delivery.guid)) return false;
      deliveries.set(delivery.guid, { ...delivery, state: 'pending' });
      return true;
    },
    claim: async ({ guid, asked }, { dueAt }) => change(guid, asked, { asked: asked + 1, dueAt }),
    unclaim: async ({ guid, asked }, { dueAt }) => void change(guid, asked + 1, { asked, dueAt }),
    settle: async (guid, outcome) => {
      const row = deliveries.get(guid) ?? {
        guid,
        attemptId: '',
        event: '',
        failedAt: '',
        asked: 0,
        dueAt: '',
        state: 'pending',
      };
      if (row.state === 'pending') deliveries.set(guid, { ...row, state: outcome });
    },
    listScans: async () => [...scans.values()].sort((a, b) => a.installationId - b.installationId),
    writeScan: async (scan) => void scans.set(scan.installationId, scan),
  };
}

function orderOf(delivery: PendingDelivery): string {
  return `${isOfInstallation(delivery) ? 0 : 1}#${delivery.dueAt}#${delivery.guid}`;
}
