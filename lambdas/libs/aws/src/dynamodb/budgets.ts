import { DAY, decideTake, plus, type AccountLine, type Budgets } from '@multi-tenant-runner/core';
import { createAccountLine } from './account-line';
import type { Item } from './attributes';
import { Expression } from './expression';
import type { StoreDeps } from './job-store';
import { createTable } from './table';

/** No installation has this id, so that these rows are nobody's jobs: the key's other half is the installation. */
const NOBODY = 0;

/** The rows of what the whole account may do. */
const LINES: Readonly<Record<AccountLine, Item>> = {
  launches: { installation_id: { N: String(NOBODY) }, job_id: { N: '0' } },
  dressing: { installation_id: { N: String(NOBODY) }, job_id: { N: '-1' } },
};

/** The buckets of all installations in the jobs table, each a row. Two containers that take at once both count. */
export function createDynamoBudgets({ client, tableName, clock }: StoreDeps): Budgets {
  const table = createTable(client, tableName);
  const lines = {
    launches: createAccountLine(table, LINES.launches, clock),
    dressing: createAccountLine(table, LINES.dressing, clock),
  };
  return {
    place: (draws, longest, line = 'launches') => lines[line](draws, longest),
    take: async (installationId, tokens, rate) => {
      const key = { installation_id: { N: String(NOBODY) }, job_id: { N: String(installationId) } };
      let seen: string | undefined;
      for (;;) {
        const now = clock.now();
        const decision = decideTake(seen === undefined ? undefined : Number(seen), tokens, rate, now.getTime());
        if (decision.kind === 'refused') return new Date(decision.retryAt);
        const expression = new Expression();
        const update = expression.update({
          full_at: decision.fullAt,
          expires_at: Math.floor(plus(now, DAY).getTime() / 1_000),
        });
        const condition = expression.isStill('full_at', seen === undefined ? undefined : { N: seen });
        const outcome = await table.update({ key, expression, update, condition });
        if (outcome.ok) return undefined;
        // Another container was first, or it is the first time that this one asks.
        seen = outcome.item?.['full_at']?.N;
      }
    },
  };
}
