import { DAY, decidePlace, decideTake, plus, type AccountLine, type Budgets } from '@multi-tenant-runner/core';
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

const timesOf = (line: string | undefined): readonly number[] => line?.split(' ').map(Number) ?? [];

/** The buckets of all installations in the jobs table, each a row. Two containers that take at once both count. */
export function createDynamoBudgets({ client, tableName, clock }: StoreDeps): Budgets {
  const table = createTable(client, tableName);
  // As this container left it, which is how it still is where no other has taken meanwhile: one write then.
  const known = new Map<AccountLine, string | undefined>();
  return {
    place: async (draws, longest, line = 'launches') => {
      for (;;) {
        const now = clock.now();
        const decision = decidePlace(timesOf(known.get(line)), draws, now.getTime(), longest);
        if (decision.kind === 'too-far') return undefined;
        const expression = new Expression();
        const next = decision.fullAt.join(' ');
        const update = expression.update({
          line: next,
          expires_at: Math.floor(plus(now, DAY).getTime() / 1_000),
        });
        const seen = known.get(line);
        const condition = expression.isStill('line', seen === undefined ? undefined : { S: seen });
        const outcome = await table.update({ key: LINES[line], expression, update, condition });
        known.set(line, outcome.ok ? next : outcome.item?.['line']?.S);
        if (outcome.ok) return new Date(decision.at);
      }
    },
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
