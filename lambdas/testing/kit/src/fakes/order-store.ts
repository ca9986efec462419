import type { GroupAnswer, Order, OrderStore } from '@multi-tenant-runner/core';
import { applyChanges } from './apply-changes';
import { fitsLaunchGuard, type InMemoryLaunchStore } from './launch-store';

export interface InMemoryOrderStore extends OrderStore {
  /** By size. */
  readonly orders: Map<string, Order>;
  readonly answers: Map<string, GroupAnswer>;
}

/** Orders and launches, changed together: nothing here waits, so nothing comes between. */
export function createInMemoryOrderStore(launches: Pick<InMemoryLaunchStore, 'rows'>): InMemoryOrderStore {
  const orders = new Map<string, Order>();
  const answers = new Map<string, GroupAnswer>();
  const isStill = (tier: string, former: Order | undefined): boolean =>
    JSON.stringify(orders.get(tier)) === JSON.stringify(former);
  return {
    orders,
    answers,
    current: async (tier) => structuredClone(orders.get(tier)),
    advance: async (tier, former, next, intents = []) => {
      if (!isStill(tier, former)) return { kind: 'order', current: structuredClone(orders.get(tier)) };
      const rows = intents.map(({ installationId, launchId }) => launches.rows.get(`${installationId}/${launchId}`));
      const refused = intents.flatMap(({ guard }, index) => {
        const row = rows[index];
        return row !== undefined && fitsLaunchGuard(row, guard) ? [] : [index];
      });
      if (refused.length > 0) return { kind: 'launches', refused: new Set(refused) };
      for (const [index, { installationId, launchId, changes }] of intents.entries()) {
        const row = rows[index];
        if (row === undefined) continue;
        launches.rows.set(`${installationId}/${launchId}`, applyChanges(row, { ...changes, version: row.version + 1 }));
      }
      orders.set(tier, structuredClone(next));
      return { kind: 'written' };
    },
    answer: async (orderId, answer) => void (answers.has(orderId) || answers.set(orderId, structuredClone(answer))),
    findAnswer: async (orderId) => structuredClone(answers.get(orderId)),
  };
}
