import type { ScenarioContext, Tenant } from '../kit/scenario-context';
import { expectJson, expectRefusal, holds } from './expect';
import type { Mtr } from './mtr';
import { PRIVATE_NAME, PUBLIC_NAME, type Call, type Receiver } from './receiver';

const BECAUSE = ['--reason', 'the sandbox tries its callback'];
const ADDRESS = `https://${PUBLIC_NAME}/runners`;
const secretOf = (out: string): string => String(Object(JSON.parse(out)).secret);

export interface Callback {
  readonly tenant: Tenant;
  readonly mtr: Mtr;
  readonly receiver: Receiver;
}

/** Events of the tenant go to its server from now on; what may not be called is refused. */
export async function setCallback({ checks }: ScenarioContext, { tenant, mtr, receiver }: Callback): Promise<void> {
  const set = (url: string) => mtr('tenants', 'set-callback', tenant.login, url, ...BECAUSE);
  expectRefusal(checks, await set('https://169.254.169.254/latest/meta-data/'), 4, 'IP address');
  expectRefusal(checks, await set('https://localhost/'), 4, 'public name');
  const answer = await set(ADDRESS);
  await expectJson(checks, answer, 'tenants set-callback shows the new secret, once', () =>
    secretOf(answer.out).startsWith('whsec_'),
  );
  receiver.knows(secretOf(answer.out));
  const shown = await mtr('tenants', 'show-callback', tenant.login);
  await expectJson(checks, shown, 'tenants show-callback shows the address, and no secret', (fields) =>
    holds(fields, { callback: ADDRESS, secret: undefined }),
  );
}

/** The first call is answered with 500; the events come all the same, signed. Then the secret is rotated. */
export async function expectCalls(context: ScenarioContext, callback: Callback): Promise<void> {
  const { checks } = context;
  const { tenant, mtr, receiver } = callback;
  const again = await untilCalled(context, callback, 'what was answered with 500 is sent again', (calls) =>
    calls.find(({ id, status }) => status === 204 && id === calls[0]?.id),
  );
  const [first] = receiver.calls;
  checks.check(
    'what was answered with 500 is sent again: the same id, a later time, a signature of its own',
    again.id === first?.id && again.timestamp > first.timestamp && again.signedWith.length === 1,
    JSON.stringify([first, again]),
  );
  checks.check(
    "every call is of the tenant's own events, to its own name, with its own secret",
    receiver.calls.every(
      ({ event, host, signedWith }) =>
        event['installation_id'] === tenant.id && host === PUBLIC_NAME && signedWith.length === 1,
    ),
    JSON.stringify(receiver.calls),
  );
  const rotated = await mtr('tenants', 'rotate-callback', tenant.login, ...BECAUSE);
  receiver.knows(secretOf(rotated.out));
  await untilCalled(context, callback, 'a call is signed with the old secret and the new one', (calls) =>
    calls.find(({ signedWith }) => signedWith.length === 2),
  );
  checks.check('after rotate-callback a call is signed with the old secret and the new one', true);
}

/** A name that anyone may register, and that stands for the metadata of a machine. */
export async function expectNoPrivateAddress(context: ScenarioContext, callback: Callback): Promise<void> {
  const { checks, poller } = context;
  const { tenant, mtr, receiver } = callback;
  await mtr('tenants', 'set-callback', tenant.login, `https://${PRIVATE_NAME}/latest/meta-data/`, ...BECAUSE);
  const what = 'a public name of a private address is not called, and show-callback says why';
  const isRefused = async (): Promise<true | undefined> => {
    await cause(callback);
    const { out } = await mtr('tenants', 'show-callback', tenant.login);
    const { reason, failing_since: since } = Object(JSON.parse(out));
    return typeof since === 'string' && String(reason).includes('an address that is not public') ? true : undefined;
  };
  await poller.until(what, isRefused);
  checks.check(what, !receiver.calls.some(({ host }) => host !== PUBLIC_NAME));
  const removed = await mtr('tenants', 'remove-callback', tenant.login, ...BECAUSE);
  checks.check('tenants remove-callback ends it', removed.code === 0, JSON.stringify(removed));
  const shown = await mtr('tenants', 'show-callback', tenant.login);
  await expectJson(checks, shown, 'tenants show-callback has no address then', (fields) =>
    holds(fields, { callback: undefined }),
  );
}

/** Where a tenant's events go to is remembered for half a minute, hence an event after the other. */
async function untilCalled(
  { poller }: ScenarioContext,
  callback: Callback,
  what: string,
  find: (calls: readonly Call[]) => Call | undefined,
): Promise<Call> {
  return poller.until(what, async () => {
    await cause(callback);
    return find(callback.receiver.calls);
  });
}

/** An event: its limit changes, and changes back. */
async function cause({ tenant, mtr }: Callback): Promise<void> {
  for (const runners of ['3', '2']) await mtr('tenants', 'set-limit', tenant.login, runners, ...BECAUSE);
}
