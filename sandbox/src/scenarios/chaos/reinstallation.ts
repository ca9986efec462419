import type { Tenant } from '../kit/scenario-context';
import { createTenants, experiment, queueOne, untilParked, type ChaosContext } from './chaos-context';

/** A customer who was banned uninstalls the App and installs it again: the ban is the account's. */
export async function reinstallation(context: ChaosContext): Promise<void> {
  await experiment(context, 'a banned account installs the App again', () => comesBack(context));
}

async function comesBack(context: ChaosContext): Promise<void> {
  const { account, aws, checks, fleetMonitor, poller, user } = context;
  const [banned] = await createTenants(context, ['banned']);
  if (banned === undefined) return;
  await aws.editRow(banned.id, {
    status: { S: 'suspended' },
    suspended_by: { S: 'operator' },
    max_runners: { N: '0' },
    tier: { S: 'large' },
  });
  await user.uninstall(banned.id);
  await poller.until('banned: gone, and cleaned up', async () =>
    (await account.tenant(banned.id))?.cleanup === 'done' ? true : undefined,
  );
  const again: Tenant = { ...banned, id: await user.install(banned.login, banned.type) };
  fleetMonitor.setLimit(again.id, 0);
  const row = await poller.until('banned: a row of its new installation', () => account.tenant(again.id));
  checks.check(
    'an account that comes back is still banned, with its limit of 0 and its tier',
    row.status === 'suspended' && row.maxRunners === 0 && row.tier === 'large',
    JSON.stringify(row),
  );
  const reason = await untilParked(context, again, await queueOne(context, again));
  checks.check('and its jobs start nothing', reason === 'tenant-suspended', reason);
  await user.uninstall(again.id);
}
