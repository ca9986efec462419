import fc from 'fast-check';
import { buildApp, namesOfApp, appOfRepository, type App } from '../model/app';
import { parsePullEvent, previewNameOf, type PullRequest } from '../model/app-preview';
import { APP_NAME_LENGTH, parseAppName } from '../model/app-name';
import { plus } from '../model/time';
import { APP_DEFAULTS } from './declare-app';
import { buildPreview, decidePreview } from './decide-preview';

const NOW = new Date('2026-01-15T12:00:00.000Z');
const LIFETIME = 1_000;
const parent: App = buildApp(
  { ...APP_DEFAULTS, app: 'shop', installationId: 1, repoId: 7, repository: 'acme/shop', hosts: [], preview: true },
  NOW,
);
const pull: PullRequest = { isOpen: true, commit: 'b'.repeat(40), branch: 'feature', base: 'main', fromRepoId: 7 };
const names = fc.stringMatching(/^[a-z]([a-z0-9]|-[a-z0-9]){1,11}$/).filter((name) => name.length <= APP_NAME_LENGTH);

describe('a pull request', () => {
  it('of the repository itself, into the app’s branch, is to have a preview', () => {
    const wish = decidePreview({ parent, pull, lifetime: LIFETIME, now: NOW });
    expect(wish).toEqual({
      kind: 'wanted',
      branch: 'feature',
      commit: pull.commit,
      expiresAt: plus(NOW, LIFETIME).toISOString(),
    });
  });

  it.each<readonly [string, Partial<PullRequest>, Partial<App>]>([
    ['closed', { isOpen: false }, {}],
    ['fork', { fromRepoId: 8 }, {}],
    ['base', { base: 'next' }, {}],
    ['base', { branch: 'main' }, {}],
    ['off', {}, { preview: false }],
    ['off', {}, { state: 'deleting' }],
    ['off', {}, { previewOf: { app: 'forum', pullRequest: 1, expiresAt: '' } }],
  ])('is to have none: %s', (why, more, of) => {
    const wish = decidePreview({
      parent: { ...parent, ...of },
      pull: { ...pull, ...more },
      lifetime: LIFETIME,
      now: NOW,
    });
    expect(wish).toEqual({ kind: 'unwanted', why });
  });

  it('of strangers never has one, whatever stands and whatever else it says', () => {
    const foreign = fc.record(
      {
        isOpen: fc.boolean(),
        commit: fc.string(),
        branch: fc.string(),
        base: fc.constantFrom('main', 'next'),
        fromRepoId: fc.integer({ min: 8 }),
      },
      { requiredKeys: ['isOpen', 'commit', 'branch', 'base'] },
    );
    const state = fc.constantFrom<App['state']>('active', 'suspended', 'deleting', 'deleted');
    fc.assert(
      fc.property(foreign, state, fc.constantFrom('closed', 'expired', undefined), (from, is, ended) => {
        const previewOf = {
          app: 'shop',
          pullRequest: 7,
          commit: from.commit,
          expiresAt: NOW.toISOString(),
          ...(ended && { ended }),
        };
        const standing = { state: is, previewOf };
        const wish = decidePreview({ parent, pull: from as PullRequest, standing, lifetime: LIFETIME, now: NOW });
        expect(wish.kind).toBe('unwanted');
      }),
    );
  });
});

describe('the name of a preview', () => {
  it('is one label of DNS, no name that can be declared, and one for each pull request of each app', () => {
    const number = fc.integer({ min: 1, max: 2 ** 31 });
    fc.assert(
      fc.property(names, number, names, number, (app, one, other, two) => {
        const name = previewNameOf(app, one);
        expect(name).toMatch(/^(?=.{1,63}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        expect(parseAppName(name).ok).toBe(false);
        if (app !== other || one !== two) expect(previewNameOf(other, two)).not.toBe(name);
      }),
    );
  });

  it('makes names that AWS takes, and its repository leads back to it', () => {
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 2 ** 31 }), (app, number) => {
        const name = previewNameOf(app, number);
        const { targetGroup, repository } = namesOfApp('mtr', name);
        expect(targetGroup).toMatch(/^(?=.{1,32}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        expect(repository).toMatch(/^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/);
        expect(appOfRepository(repository.slice('mtr/apps/'.length))).toBe(name);
        expect(appOfRepository(app)).toBe(app);
        expect(namesOfApp('mtr', app).repository).not.toBe(repository);
      }),
    );
  });
});

test('a preview is one task of the app’s size, without its domains', () => {
  const wish = decidePreview({ parent, pull, lifetime: LIFETIME, now: NOW });
  if (wish.kind !== 'wanted') throw new Error('It is wanted');
  const big = { ...parent, count: 5, port: 3_000, hosts: [{ host: 'a.io', state: 'serving', askedAt: '' }] } as const;
  expect(buildPreview(big, 7, wish, NOW)).toMatchObject({
    app: 'pr-7--shop',
    branch: 'feature',
    count: 1,
    port: 3_000,
    hosts: [],
    preview: false,
    previewOf: { app: 'shop', pullRequest: 7 },
  });
});

describe('GitHub’s event', () => {
  const event = { action: 'opened', number: 7, installation: { id: 1 }, repository: { id: 7 } };
  it('names a pull request', () => {
    expect(parsePullEvent({ ...event, pull_request: {} })).toEqual({
      ok: true,
      value: { installationId: 1, repoId: 7, number: 7 },
    });
  });
  it.each([{ ...event, action: 'labeled' }, { ...event, number: 0 }, { ...event, installation: undefined }, null])(
    'is of no interest: %j',
    (other) => expect(parsePullEvent(other).ok).toBe(false),
  );
});
