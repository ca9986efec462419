import {
  isOfInstallation,
  type DeliveryBook,
  type DeliveryTurn,
  type PendingDelivery,
  type RecoveryStore,
  type ScanState,
} from '@multi-tenant-runner/core';

export interface InMemoryDelivery extends PendingDelivery {
  readonly state: 'pending' | 'delivered' | 'given-up';
}

export interface InMemoryRecoveryStore extends RecoveryStore {
  readonly deliveries: Map<string, InMemoryDelivery>;
  readonly turns: Map<number | undefined, DeliveryTurn>;
  readonly scans: Map<number, ScanState>;
}

export function createInMemoryRecoveryStore(): InMemoryRecoveryStore {
  const deliveries = new Map<string, InMemoryDelivery>();
  /** Each tenant's pending ones. */
  const books = new Map<number | undefined, Set<string>>();
  const turns = new Map<number | undefined, DeliveryTurn>();
  const scans = new Map<number, ScanState>();
  const change = (guid: string, expected: number, changes: Partial<InMemoryDelivery>): boolean => {
    const row = deliveries.get(guid);
    if (row?.state !== 'pending' || row.asked !== expected) return false;
    deliveries.set(guid, { ...row, ...changes });
    return true;
  };
  const pendingOf = ({ installationId }: DeliveryBook): PendingDelivery[] =>
    [...(books.get(installationId) ?? [])]
      .flatMap((guid) => deliveries.get(guid) ?? [])
      .map(({ state: _state, ...delivery }) => ({ delivery, order: orderOf(delivery) }))
      .sort((a, b) => (a.order < b.order ? -1 : 1))
      .map(({ delivery }) => delivery);
  return {
    deliveries,
    turns,
    scans,
    listTurns: async (now, limit) =>
      [...turns.values()]
        .filter(({ since }) => since <= now.toISOString())
        .sort((a, b) => (turnOrderOf(a) < turnOrderOf(b) ? -1 : 1))
        .slice(0, limit),
    endTurn: async (turn, now) => {
      const { installationId } = turn;
      const current = turns.get(installationId);
      if (current?.since !== turn.since || current.first !== turn.first) return;
      const open = pendingOf(turn).map((delivery) => ({
        ...(installationId !== undefined && { installationId }),
        since: delivery.dueAt > now.toISOString() ? delivery.dueAt : now.toISOString(),
        first: isOfInstallation(delivery),
      }));
      const due = open.find(({ since }) => since <= now.toISOString());
      const next = due ?? open.sort((a, b) => (a.since < b.since ? -1 : 1))[0];
      if (next === undefined) turns.delete(installationId);
      else turns.set(installationId, next);
    },
    listPending: async (book, now, limit) =>
      pendingOf(book)
        .filter(({ dueAt }) => dueAt <= now.toISOString())
        .slice(0, limit),
    countPending: async ({ installationId }, limit) => Math.min(limit, books.get(installationId)?.size ?? 0),
    note: async (delivery) => {
      const known = deliveries.get(delivery.guid);
      if (known === undefined) {
        deliveries.set(delivery.guid, { ...delivery, state: 'pending' });
        const book = books.get(delivery.installationId) ?? new Set();
        books.set(delivery.installationId, book.add(delivery.guid));
      }
      if ((known?.state ?? 'pending') === 'pending') {
        const { installationId, dueAt: since } = delivery;
        const turn = {
          ...(installationId !== undefined && { installationId }),
          since,
          first: isOfInstallation(delivery),
        };
        const current = turns.get(installationId);
        if (current === undefined || turnOrderOf(turn) < turnOrderOf(current)) turns.set(installationId, turn);
      }
      return known === undefined;
    },
    claim: async ({ guid, asked }, { dueAt }) => change(guid, asked, { asked: asked + 1, dueAt }),
    unclaim: async ({ guid, asked }, { dueAt }) => void change(guid, asked + 1, { asked, dueAt }),
    postpone: async ({ guid, asked }, { dueAt }) => void change(guid, asked, { dueAt }),
    settle: async ({ guid, installationId }, outcome) => {
      const row = deliveries.get(guid) ?? {
        guid,
        ...(installationId !== undefined && { installationId }),
        attemptId: '',
        event: '',
        failedAt: '',
        asked: 0,
        dueAt: '',
        state: 'pending',
      };
      if (row.state === 'pending') deliveries.set(guid, { ...row, state: outcome });
      books.get(installationId)?.delete(guid);
    },
    listScans: async () => [...scans.values()].sort((a, b) => a.installationId - b.installationId),
    writeScan: async (scan) => void scans.set(scan.installationId, scan),
  };
}

const turnOrderOf = ({ first, since }: DeliveryTurn): string => `${first ? 0 : 1}#${since}`;

function orderOf(delivery: PendingDelivery): string {
  return `${isOfInstallation(delivery) ? 0 : 1}#${delivery.dueAt}#${delivery.guid}`;
}
