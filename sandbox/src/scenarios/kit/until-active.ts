import type { AccountReader } from './account';
import type { Poller } from './poller';

interface Watching {
  readonly account: AccountReader;
  readonly poller: Poller;
}

/** Waits until an installation is an active tenant with a security group: from then on its jobs start. */
export async function untilActive({ account, poller }: Watching, login: string, id: number): Promise<void> {
  await poller.until(`${login}: an active row`, async () => {
    const row = await account.tenant(id);
    return row?.status === 'active' && row.securityGroupId !== undefined ? true : undefined;
  });
}
