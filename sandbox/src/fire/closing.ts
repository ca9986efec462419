import { attack, type FireStage } from './fire-stage';

/** What has to be true once every attack is over: nothing is left over, and nothing failed for good. */
export async function aftermath(stage: FireStage): Promise<void> {
  for (const look of stage.later.splice(0)) await attack(stage, 'what needed a sweep', look);
  await stage.hands.calm();
  await attack(stage, 'the aftermath', async () => {
    const { account, census, expectations, patience } = stage;
    await patience.until('the end of every machine', async () => ((await account.machines()).every((one) => one.state === 'terminated') ? true : undefined));
    const full = Object.entries(await account.deadLetters()).filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`);
    expectations.check('no message ended among the dead letters', full.length === 0, full.join(', '));
    expectations.check(`no tenant ever had more machines than its limit (${census.looks()} looks)`, census.offences().length === 0, census.offences().slice(0, 3).join('; '));
  });
}
