import type { ScenarioContext, Tenant } from '../kit/scenario-context';

/** After a minute GitHub shows on the commit of a job that waits why it does. */
export async function seeCheck({ user, poller, checks }: ScenarioContext, { id, login }: Tenant, waiting: number) {
  const seen = await poller.until('GitHub shows why a job waits', async () =>
    (await user.checks(id)).find(({ jobId }) => jobId === waiting),
  );
  const says = `Job ${waiting} of ${login}/app waits, because ${login} uses 1 of its 1 runner.`;
  checks.check(
    'a job that waits has a check on its commit with the sentence of jobs why',
    seen.status === 'queued' && seen.title === says,
    JSON.stringify(seen),
  );
}

/** It is over as soon as the job has run, fails no commit, and no job had two. */
export async function seeCheckEnd({ user, poller, checks }: ScenarioContext, { id }: Tenant, waiting: number) {
  await poller.until('the check of the job that waited is over', async () =>
    (await user.checks(id)).some(({ jobId, status }) => jobId === waiting && status === 'completed') ? true : undefined,
  );
  const all = await user.checks(id);
  checks.check(
    'the check is over once its job runs, and is the only one',
    all.length === 1 && all[0]?.conclusion === 'neutral',
    JSON.stringify(all),
  );
}
