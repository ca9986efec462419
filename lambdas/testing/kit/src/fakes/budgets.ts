import { decidePlace, decideTake, type Budgets, type Clock } from '@multi-tenant-runner/core';

export function createInMemoryBudgets({ clock }: { readonly clock: Clock }): Budgets {
  const fullAt = new Map<number, number>();
  let ofAccount: readonly number[] = [];
  return {
    take: async (installationId, tokens, rate) => {
      const decision = decideTake(fullAt.get(installationId), tokens, rate, clock.now().getTime());
      if (decision.kind === 'refused') return new Date(decision.retryAt);
      fullAt.set(installationId, decision.fullAt);
      return undefined;
    },
    place: async (draws, longest) => {
      const decision = decidePlace(ofAccount, draws, clock.now().getTime(), longest);
      if (decision.kind === 'too-far') return undefined;
      ofAccount = decision.fullAt;
      return new Date(decision.at);
    },
  };
}
