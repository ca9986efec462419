import { createTenants, experiment, queueOne, ranOnOwnMachine, untilParked, type ChaosContext } from './chaos-context';

/** A launch of a size that is configured no more holds its tenant's only slot, and no queue is left for its job. */
export async function removedSize(context: ChaosContext): Promise<void> {
  await experiment(context, 'a size is removed while a job of it holds a slot', async () => {
    const [stuck] = await createTenants(context, ['stuck'], 1);
    if (stuck === undefined) return;
    const left = await context.aws.leaveLaunch(stuck.id, 'removed');
    const id = await queueOne(context, stuck);
    const reason = await untilParked(context, stuck, id);
    context.checks.check(`a job of ${stuck.login} waits for the slot of such a launch`, reason === 'limit', reason);
    context.later.push(async () => {
      const row = await context.poller.until(`${stuck.login}: an end of the job of a removed size`, async () => {
        const job = await context.account.job(stuck.id, left);
        return job?.state === 'refused' ? job : undefined;
      });
      context.checks.check(
        'the sweep refuses the job of a removed size and gives its slot back',
        row.reason === 'unknown-tier',
        row.reason,
      );
      const ran = await ranOnOwnMachine(context, stuck, id);
      context.checks.check(`and the other job of ${stuck.login} runs`, ran.held, ran.detail);
    });
  });
}
