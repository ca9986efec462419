import { DAY, HOUR, MINUTE, challengeOf, decideHostAdd, decideHostRemoval, type App } from '@multi-tenant-runner/core';
import { ENVIRONMENT, archiveOf, createDeployerHarness, type DeployerHarness } from '../test/deployer-harness';
import { tenantOf } from '../test/tenant-of';

const COMMIT = 'a'.repeat(40);
const HOST = 'shop.acme.io';
const DOMAIN = 'apps.example.com';
const OTHER_TENANT = 1_002;

let harness: DeployerHarness;
const own = (app: string): string => `${app}.${DOMAIN}`;
/** What the load balancer leads to an app. */
const hosts = async (app: string): Promise<readonly string[]> => {
  const { slot } = await harness.app(app);
  return [...harness.aws.elb.rules.values()].find(({ priority }) => priority === slot?.priority)?.hosts ?? [];
};
const states = async (app: string) => (await harness.app(app)).hosts.map(({ host, state }) => [host, state]);

async function deploy(app: string, over: Partial<App> = {}): Promise<void> {
  harness.tenants.set(OTHER_TENANT, tenantOf(OTHER_TENANT));
  harness.github.archives.set(COMMIT, archiveOf({ Dockerfile: 'FROM scratch' }));
  const declared = await harness.declare(app, over);
  await harness.push(COMMIT, { tenant: declared.installationId });
  await harness.built(app, COMMIT);
  await harness.settle();
}

async function ask(app: string, host = HOST): Promise<void> {
  const row = await harness.app(app);
  const decision = decideHostAdd(row, host, { domain: DOMAIN, now: harness.clock.now() });
  if (decision.kind !== 'change') throw new Error(decision.sentence);
  await harness.tables.apps.change(row, { hosts: decision.hosts }, harness.clock.now());
  await harness.sweep();
}

async function removeHost(app: string, host = HOST): Promise<void> {
  const row = await harness.app(app);
  const decision = decideHostRemoval(row, host);
  if (decision.kind !== 'change') throw new Error(decision.sentence);
  await harness.tables.apps.change(row, { hosts: decision.hosts }, harness.clock.now());
  await harness.settle(1);
}

/** The record of an app's domain, as whoever has the domain writes it. */
async function prove(app: string, host = HOST): Promise<void> {
  const { name, value } = challengeOf(ENVIRONMENT, await harness.app(app), host);
  harness.dns.zone.set(name, { txt: [['v=spf1 -all'], [value.slice(0, 20), value.slice(20)]] });
}
const record = `_mtr-challenge.${HOST}`;

/** Hours pass, and the sweep looks in each. */
async function hours(count: number): Promise<void> {
  for (let hour = 0; hour < count; hour += 1) {
    harness.clock.advance(HOUR + MINUTE);
    await harness.sweep();
  }
}

beforeEach(() => (harness = createDeployerHarness()));

describe('a domain of a tenant’s own', () => {
  beforeEach(() => deploy('shop'));

  it('leads to the app once DNS proves it, and not before', async () => {
    await ask('shop');
    expect([await states('shop'), await hosts('shop')]).toEqual([[[HOST, 'waiting']], [own('shop')]]);
    await prove('shop');
    await harness.settle(1);
    expect([await states('shop'), await hosts('shop')]).toEqual([[[HOST, 'serving']], [own('shop'), HOST]]);
    expect(harness.aws.elb.rules.size).toBe(1);
  });

  it('is warned about when its record is gone, taken off a day later, and back with the record', async () => {
    await ask('shop');
    await prove('shop');
    await harness.settle(1);
    harness.dns.zone.delete(record);
    await hours(1);
    expect([await states('shop'), await hosts('shop')]).toEqual([[[HOST, 'lost']], [own('shop'), HOST]]);
    expect(harness.log.lines.filter(({ message }) => message.includes('no longer proven'))).toHaveLength(1);
    await hours(25);
    expect([await states('shop'), await hosts('shop')]).toEqual([[[HOST, 'waiting']], [own('shop')]]);
    await prove('shop');
    await hours(1);
    expect(await hosts('shop')).toEqual([own('shop'), HOST]);
  });

  it('outlives a DNS that fails for days, and not one that fails for more than a week', async () => {
    await ask('shop');
    await prove('shop');
    await harness.settle(1);
    harness.dns.zone.set(record, { fails: true });
    await hours(6 * 24);
    expect(await hosts('shop')).toEqual([own('shop'), HOST]);
    await hours(2 * 24);
    expect(await hosts('shop')).toEqual([own('shop')]);
  });

  it('goes when somebody asks for that, and is another app’s only once the rule is without it', async () => {
    await ask('shop');
    await prove('shop');
    await harness.settle(1);
    await removeHost('shop');
    expect([await states('shop'), await hosts('shop')]).toEqual([[], [own('shop')]]);
    await deploy('forum', { installationId: OTHER_TENANT });
    await ask('forum');
    await prove('forum');
    await harness.settle(1);
    expect(await hosts('forum')).toEqual([own('forum'), HOST]);
  });

  it('holds up neither the app nor its other domains while DNS fails', async () => {
    await ask('shop', 'fails.acme.io');
    harness.dns.zone.set('_mtr-challenge.fails.acme.io', { fails: true });
    await ask('shop');
    await prove('shop');
    harness.clock.advance(MINUTE);
    harness.github.archives.set('b'.repeat(40), archiveOf({ Dockerfile: 'FROM scratch' }));
    await harness.push('b'.repeat(40));
    await harness.built('shop', 'b'.repeat(40));
    await harness.settle();
    expect((await harness.app('shop')).live?.commit).toBe('b'.repeat(40));
    expect(await hosts('shop')).toEqual([own('shop'), HOST]);
  });

  it('is on the page that says the app is suspended', async () => {
    await ask('shop');
    await prove('shop');
    await harness.settle(1);
    await harness.tables.apps.change(await harness.app('shop'), { state: 'suspended' }, harness.clock.now());
    await harness.settle();
    expect([...harness.aws.elb.rules.values()][0]).toMatchObject({ hosts: [own('shop'), HOST] });
  });
});

describe('another tenant gets no domain', () => {
  beforeEach(async () => {
    await deploy('shop');
    await ask('shop');
    await prove('shop');
    await harness.settle(1);
    await deploy('forum', { installationId: OTHER_TENANT });
    await ask('forum');
  });
  const refused = async (): Promise<void> => {
    await hours(3);
    expect([await hosts('forum'), (await states('forum'))[0]]).toEqual([[own('forum')], [HOST, 'waiting']]);
  };

  it('by the record of the one that has it', refused);

  it('that still points here after its app is gone, nor by the record that was left', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(4);
    expect((await harness.app('shop')).state).toBe('deleted');
    await refused();
  });

  it('of a tenant that came back under the name of the app, by the record that was left', async () => {
    await harness.tables.apps.change(await harness.app('shop'), { state: 'deleting' }, harness.clock.now());
    await harness.settle(4);
    harness.clock.advance(31 * DAY);
    await deploy('shop', { installationId: OTHER_TENANT });
    await ask('shop');
    await hours(3);
    expect(await hosts('shop')).toEqual([own('shop')]);
  });

  it('while another has it, even if it proves it too; then it does', async () => {
    const values = await Promise.all(
      ['shop', 'forum'].map(async (app) => challengeOf(ENVIRONMENT, await harness.app(app), HOST).value),
    );
    harness.dns.zone.set(record, { txt: values.map((value) => [value]) });
    await refused();
    expect((await harness.app('forum')).hosts[0]?.problem).toContain('Another app has this domain');
    expect(await hosts('shop')).toEqual([own('shop'), HOST]);
    harness.dns.zone.set(record, { txt: [[values[1] ?? '']] });
    await hours(30);
    expect([await hosts('shop'), await hosts('forum')]).toEqual([[own('shop')], [own('forum'), HOST]]);
  });
});
