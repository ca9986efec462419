import { experiment, type ChaosContext } from './chaos-context';

const SETTLE_MS = 20_000;

/** After the last experiment: nothing is left over, and nothing failed for good. */
export async function finalChecks(context: ChaosContext): Promise<void> {
  for (const check of context.later.splice(0)) await experiment(context, 'a check after the next sweep', check);
  await context.operator.clearFaults();
  await experiment(context, 'the final checks', async () => {
    const { account, fleetMonitor, checks, poller } = context;
    const idle = await idleMachines(context);
    for (const machine of idle) await context.operator.endMachine(machine);
    context.figures.push({ what: 'machines without a job, ended before their idle time', value: String(idle.length) });
    await poller.until('the end of every machine', async () =>
      (await account.machines()).every((one) => one.state === 'terminated') ? true : undefined,
    );
    const full = Object.entries(await account.deadLetters())
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name}: ${count}`);
    checks.check('no message ended among the dead letters', full.length === 0, full.join(', '));
    checks.check(
      `no tenant ever had more machines than its limit (${fleetMonitor.samples()} samples)`,
      fleetMonitor.violations().length === 0,
      fleetMonitor.violations().slice(0, 3).join('; '),
    );
  });
}

/** Machines that still run a while after the last job has ended: their idle time is longer than all of this. */
async function idleMachines({ account, poller }: ChaosContext): Promise<readonly string[]> {
  const alive = async (): Promise<readonly string[]> =>
    (await account.machines()).filter((one) => one.state !== 'terminated').map((one) => one.id);
  const until = Date.now() + SETTLE_MS;
  return poller.until('machines that end or idle', async () => {
    const left = await alive();
    return left.length === 0 || Date.now() > until ? left : undefined;
  });
}
