import { experiment, type ChaosContext } from './chaos-context';

const A_WHILE_MS = 20_000;

/** What has to be true once every attack is over: nothing is left over, and nothing failed for good. */
export async function aftermath(stage: ChaosContext): Promise<void> {
  for (const look of stage.later.splice(0)) await experiment(stage, 'what needed a sweep', look);
  await stage.chaos.calm();
  await experiment(stage, 'the aftermath', async () => {
    const { account, fleetMonitor, checks, poller } = stage;
    const idle = await idleMachines(stage);
    for (const machine of idle) await stage.chaos.endMachine(machine);
    stage.figures.push({ what: 'machines that no job took, left to their idle time', value: String(idle.length) });
    await poller.until('the end of every machine', async () =>
      (await account.machines()).every((one) => one.state === 'terminated') ? true : undefined,
    );
    const full = Object.entries(await account.deadLetters())
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name}: ${count}`);
    checks.check('no message ended among the dead letters', full.length === 0, full.join(', '));
    checks.check(
      `no tenant ever had more machines than its limit (${fleetMonitor.samples()} looks)`,
      fleetMonitor.violations().length === 0,
      fleetMonitor.violations().slice(0, 3).join('; '),
    );
  });
}

/** Machines that still run a while after the last job has ended: their idle time is longer than all of this. */
async function idleMachines({ account, poller }: ChaosContext): Promise<readonly string[]> {
  const alive = async (): Promise<readonly string[]> =>
    (await account.machines()).filter((one) => one.state !== 'terminated').map((one) => one.id);
  const until = Date.now() + A_WHILE_MS;
  return poller.until('machines that end or idle', async () => {
    const left = await alive();
    return left.length === 0 || Date.now() > until ? left : undefined;
  });
}
