import { createInMemoryAppSecrets, createInMemoryApps, createTestClock, newApp } from '@multi-tenant-runner/testing';
import { countSecrets } from '../decisions/app-secrets';
import { buildApp } from '../model/app';
import { keepAppSecret, type AppSecretDeps } from './keep-app-secret';

const QUOTA = { apps: 1, tasks: 9, vcpu: 9, memoryGb: 9, secrets: 1, buildsPerHour: 9 };

async function create() {
  const clock = createTestClock();
  const { apps } = createInMemoryApps();
  const secrets = createInMemoryAppSecrets();
  await apps.create(buildApp(newApp({ app: 'shop', installationId: 1001 }), clock.now()), QUOTA);
  const shop = async () => {
    const app = await apps.get('shop');
    if (app === undefined) throw new Error('There is no app shop');
    return app;
  };
  const keep = async (name: string, value: string, deps: Partial<AppSecretDeps> = {}) =>
    keepAppSecret(await shop(), { name, value }, QUOTA, { store: apps, secrets, clock, ...deps });
  return { apps, secrets, clock, shop, keep };
}

/** The steps: the claim, the value, the row. Who dies does so before one of them, or after it took effect. */
const CUTS = [1, 2, 3].flatMap((step) => (['before', 'after'] as const).map((when) => [when, step] as const));

test.each(CUTS)('who dies %s step %i has set the secret once it is asked again', async (when, cut) => {
  const { apps, secrets, shop, keep } = await create();
  let step = 0;
  const dying = async <T>(work: () => Promise<T>): Promise<T> => {
    step += 1;
    if (step === cut && when === 'before') throw new Error('cut');
    const outcome = await work();
    if (step === cut) throw new Error('cut');
    return outcome;
  };
  const deps = {
    store: { setSecrets: (...given: Parameters<typeof apps.setSecrets>) => dying(() => apps.setSecrets(...given)) },
    secrets: { keep: (...given: Parameters<typeof secrets.keep>) => dying(() => secrets.keep(...given)) },
  };
  await expect(keep('KEY', 'one', deps)).rejects.toThrow('cut');
  // What broke off counts no more than the secret itself does.
  expect(countSecrets((await shop()).secrets)).toBeLessThanOrEqual(QUOTA.secrets);
  expect(await keep('KEY', 'two')).toMatchObject({ kind: 'set' });
  const [kept, ...others] = (await shop()).secrets?.kept ?? [];
  expect([kept?.name, secrets.values.get(kept?.arn ?? ''), others]).toEqual(['KEY', 'two', []]);
  expect((await shop()).secrets).not.toHaveProperty('claimed');
  expect((await apps.quotaUse(1001)).secrets).toBe(1);
});

test('a name beyond the quota is refused before its value is kept', async () => {
  const { secrets, keep } = await create();
  await keep('KEY', 'one');
  expect(await keep('MORE', 'two')).toEqual({ kind: 'over', what: 'secrets' });
  expect([...secrets.values.values()]).toEqual(['one']);
});

test('a name whose value never came is free again with the next secret, a quarter of an hour later', async () => {
  const { clock, keep } = await create();
  const secrets = { keep: () => Promise.reject(new Error('Secrets Manager does not answer')) };
  await expect(keep('KEY', 'one', { secrets })).rejects.toThrow('does not answer');
  expect(await keep('MORE', 'two')).toEqual({ kind: 'over', what: 'secrets' });
  clock.advance(16 * 60_000);
  expect(await keep('MORE', 'two')).toMatchObject({ kind: 'set' });
});

test('an app that changes meanwhile keeps what it has', async () => {
  const { apps, clock, shop, keep } = await create();
  const secrets = {
    keep: async () => {
      await apps.change(await shop(), { state: 'suspended' }, clock.now());
      return 'arn';
    },
  };
  expect(await keep('KEY', 'one', { secrets })).toEqual({ kind: 'changed' });
  expect((await shop()).secrets?.kept).toEqual([]);
});
