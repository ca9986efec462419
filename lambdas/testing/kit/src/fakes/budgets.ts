import { decideTake, type Budgets, type Clock } from '@multi-tenant-runner/core';

export function createInMemoryBudgets({ clock }: { readonly clock: Clock }): Budgets {
  const fullAt = new Map<number, number>();
  return {
    take: async (installationId, tokens, rate) => {
      const decision = decideTake(fullAt.get(installationId), tokens, rate, clock.now().getTime());
      if (decision.kind === 'refused') return new Date(decision.retryAt);
      fullAt.set(installationId, decision.fullAt);
      return undefined;
    },
  };
}
