import { decidePlace, decideTake, type AccountLine, type Budgets, type Clock } from '@multi-tenant-runner/core';

export function createInMemoryBudgets({ clock }: { readonly clock: Clock }): Budgets {
  const fullAt = new Map<number, number>();
  const lines = new Map<AccountLine, readonly number[]>();
  return {
    take: async (installationId, tokens, rate) => {
      const decision = decideTake(fullAt.get(installationId), tokens, rate, clock.now().getTime());
      if (decision.kind === 'refused') return new Date(decision.retryAt);
      fullAt.set(installationId, decision.fullAt);
      return undefined;
    },
    place: async (draws, longest, line = 'launches') => {
      const decision = decidePlace(lines.get(line) ?? [], draws, clock.now().getTime(), longest);
      if (decision.kind === 'too-far') return undefined;
      lines.set(line, decision.fullAt);
      return new Date(decision.at);
    },
  };
}
