import { INSTALLATION, createInMemoryApiState, createTestClock } from '@multi-tenant-runner/testing';
import { deriveSecret } from '@multi-tenant-runner/runtime';
import { LINK_KEYS, PAGE_URL, createApiHarness, type ApiHarness, type Received } from '../../test/api-harness';
import { createLinkKeys } from './link-keys';
import { LINK_LIFETIME, createLinks } from './links';

const OTHER = 2002;
const [KEY = '', OLD_KEY = ''] = LINK_KEYS;
const REASON = { 'x-reason': 'they asked why their jobs wait' };

const make = (api: ApiHarness, installationId = INSTALLATION): Promise<Received> =>
  api.operator(`/v1/tenants/${installationId}/links`, { method: 'POST', headers: REASON });
const tokenOf = ({ body }: Received): string => new URL(String(Object(body).url)).hash.slice('#link='.length);
const see = async (api: ApiHarness, token: string, installationId = INSTALLATION): Promise<number> =>
  (await api.bearer(token)(`/v1/tenants/${installationId}/overview`)).status;
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');
const signed = (text: string, key = KEY): string => `link.${text}.${deriveSecret(key, JSON.stringify(['link', text]))}`;

describe('a signed link', () => {
  it('leads to the page and shows its tenant, and no other', async () => {
    const api = await createApiHarness();
    api.harness.addTenant({ installation_id: OTHER, org_name: 'globex', account_id: 502 });
    const answer = await make(api);
    expect(Object(answer.body).url.startsWith(`${PAGE_URL}#link=link.`)).toBe(true);
    expect(await see(api, tokenOf(answer))).toBe(200);
    expect(await see(api, tokenOf(answer), OTHER)).toBe(403);
    const { body } = await api.bearer(tokenOf(answer))('/v1/me');
    expect(body).toEqual({ role: 'tenant-viewer', actor: 'link request-1', installation_id: INSTALLATION });
  });

  it('is in the audit trail, without what would let anyone in', async () => {
    const api = await createApiHarness();
    const token = tokenOf(await make(api));
    expect(api.audit.entries).toMatchObject([
      { action: 'link.made', installationId: INSTALLATION, reason: REASON['x-reason'], via: 'api' },
    ]);
    expect(JSON.stringify([api.audit.entries, api.harness.log.lines])).not.toContain(token.split('.')[2]);
    expect(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).not.toContain('arn:');
  });

  it('is the same for who repeats the request, though the link is kept nowhere', async () => {
    const state = createInMemoryApiState();
    const keptAnswers: string[] = [];
    const finish: typeof state.finish = async (key, answer, now) => {
      keptAnswers.push(answer);
      await state.finish(key, answer, now);
    };
    const api = await createApiHarness({ state: { ...state, finish } });
    const sent = { method: 'POST', headers: { ...REASON, 'idempotency-key': 'once' } };
    const ask = () => api.operator(`/v1/tenants/${INSTALLATION}/links`, sent);
    const first = await ask();
    api.harness.clock.advance(60_000);
    expect(await ask()).toEqual(first);
    expect(api.audit.entries).toHaveLength(1);
    const [, text = '', signature] = tokenOf(first).split('.');
    expect(keptAnswers).toHaveLength(1);
    for (const secret of [text, signature, PAGE_URL]) expect(keptAnswers[0]).not.toContain(secret);
    api.harness.clock.advance(LINK_LIFETIME);
    expect(await see(api, tokenOf(await ask()))).toBe(401);
  });

  it('is over after fifteen minutes', async () => {
    const api = await createApiHarness();
    const token = tokenOf(await make(api));
    api.harness.clock.advance(LINK_LIFETIME - 1_000);
    expect(await see(api, token)).toBe(200);
    api.harness.clock.advance(1_000);
    expect(await see(api, token)).toBe(401);
  });

  it('makes no other link, and changes nothing', async () => {
    const api = await createApiHarness();
    const client = api.bearer(tokenOf(await make(api)));
    for (const [method, path] of [
      ['POST', '/links'],
      ['POST', '/suspend'],
      ['PATCH', ''],
    ] as const) {
      const { status } = await client(`/v1/tenants/${INSTALLATION}${path}`, { method, headers: REASON });
      expect([path, status]).toEqual([path, 403]);
    }
  });

  it('can be made by an admin of the tenant for the own one alone', async () => {
    const api = await createApiHarness();
    const admin = await api.tenant('tenant-admin');
    const ask = (id: number) => admin(`/v1/tenants/${id}/links`, { method: 'POST', headers: REASON });
    expect((await ask(INSTALLATION)).status).toBe(200);
    expect((await ask(OTHER)).status).toBe(403);
  });

  it('is refused where the module has no key for it', async () => {
    const api = await createApiHarness({ pageUrl: undefined });
    expect(await make(api)).toMatchObject({ status: 409, body: { detail: expect.stringContaining('link_key_ssm') } });
  });
});

describe('a link that was bent', () => {
  const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000);
  const inTime = (api: ApiHarness): number => seconds(api.harness.clock.now()) + 60;
  const content = (api: ApiHarness, more: object = {}): object => ({
    t: INSTALLATION,
    i: 'request-1',
    e: inTime(api),
    ...more,
  });

  it('as a link that is right is made is accepted, so that the others fail for what is bent', async () => {
    const api = await createApiHarness();
    expect(await see(api, signed(encode(content(api))))).toBe(200);
  });

  it.each<readonly [string, (api: ApiHarness) => string]>([
    ['to name another tenant', (api) => bend(signed(encode(content(api))), 1, encode(content(api, { t: OTHER })))],
    ['to last longer', (api) => bend(signed(encode(content(api))), 1, encode(content(api, { e: inTime(api) + 60 })))],
    ['to have another signature', (api) => bend(signed(encode(content(api))), 2, 'A'.repeat(43))],
    ['to have none', (api) => bend(signed(encode(content(api))), 2, '-')],
    ['to have half of one', (api) => signed(encode(content(api))).slice(0, -20)],
    ['by another key', (api) => signed(encode(content(api)), 'a key that somebody else made up by himself')],
    ['to be no JSON', () => signed(Buffer.from('link').toString('base64url'))],
    ['to name its tenant by a text', (api) => signed(encode(content(api, { t: String(INSTALLATION) })))],
    ['to name no tenant', (api) => signed(encode(content(api, { t: undefined })))],
    ['to have no end', (api) => signed(encode(content(api, { e: undefined })))],
    ['to end in a year', (api) => signed(encode(content(api, { e: inTime(api) + 31_536_000 })))],
    ['to have ended', (api) => signed(encode(content(api, { e: inTime(api) - 61 })))],
    ['into a cursor of the same key', (api) => cursorLike(encode(content(api)))],
    ['into a token without a signature', (api) => `${encode({ alg: 'none' })}.${encode(content(api))}.-`],
    ['into a token with a shared key', (api) => `${encode({ alg: 'HS256' })}.${signed(encode(content(api))).slice(5)}`],
  ])('%s opens nothing', async (_how, make) => {
    const api = await createApiHarness();
    api.harness.addTenant({ installation_id: OTHER, org_name: 'globex', account_id: 502 });
    const token = make(api);
    for (const tenant of [INSTALLATION, OTHER]) expect(await see(api, token, tenant)).toBe(401);
  });

  const bend = (token: string, part: number, by: string): string =>
    token
      .split('.')
      .map((text, index) => (index === part ? by : text))
      .join('.');
  const cursorLike = (text: string): string => `link.${text}.${deriveSecret(KEY, JSON.stringify(['cursor', text]))}`;
});

describe('the keys of links', () => {
  const NOW = new Date('2026-01-15T12:00:00.000Z');
  const claim = { installationId: INSTALLATION, id: 'one' };

  it('change without ending a link: the first of two signs, and both count', async () => {
    const { token: old } = await createLinks(async () => [OLD_KEY]).sign(claim, NOW);
    const both = createLinks(async () => LINK_KEYS);
    await expect(both.verify(old, NOW)).resolves.toEqual(claim);
    const { token } = await both.sign(claim, NOW);
    await expect(createLinks(async () => [KEY]).verify(token, NOW)).resolves.toEqual(claim);
    await expect(createLinks(async () => [OLD_KEY]).verify(token, NOW)).resolves.toBeUndefined();
  });

  it('are read anew within a minute, so that one that was taken out ends all of its links', async () => {
    const clock = createTestClock();
    let value = `${KEY}\n${OLD_KEY}\n`;
    let reads = 0;
    const keys = createLinkKeys({
      parameter: '/links',
      readParameters: async () => {
        reads += 1;
        return new Map([['/links', value]]);
      },
      clock,
    });
    await expect(keys()).resolves.toEqual([KEY, OLD_KEY]);
    value = KEY;
    await keys();
    expect(reads).toBe(1);
    clock.advance(60_000);
    await expect(keys()).resolves.toEqual([KEY]);
  });

  it.each(['', 'short', `${KEY}\nshort`])('of which one can be guessed (%j) sign nothing', async (value) => {
    const readParameters = async () => new Map([['/links', value]]);
    const keys = createLinkKeys({ parameter: '/links', readParameters, clock: createTestClock() });
    await expect(keys()).rejects.toThrow('32 characters');
  });

  it('are none where the module names no parameter', async () => {
    const readParameters = async () => Promise.reject(new Error('nothing may be read'));
    const clock = createTestClock();
    await expect(createLinkKeys({ parameter: undefined, readParameters, clock })()).resolves.toEqual([]);
  });
});
