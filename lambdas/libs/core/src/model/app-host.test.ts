import fc from 'fast-check';
import { challengeOf, parseAppHost } from './app-host';

const parsed = (host: string) => parseAppHost(host, { domain: 'apps.example.com' });
const ACME = { installationId: 1, app: 'shop', createdAt: '2026-01-15T12:00:00.000Z' };

describe('a domain of a tenant’s own', () => {
  it.each([
    ['shop.acme.io', 'shop.acme.io'],
    ['Shop.ACME.io', 'shop.acme.io'],
    ['shop.acme.io.', 'shop.acme.io'],
    ['bücher.de', 'xn--bcher-kva.de'],
    ['BÜCHER.de', 'xn--bcher-kva.de'],
    ['shop。acme。io', 'shop.acme.io'],
    ['acme.io', 'acme.io'],
    ['other-apps.example.com', 'other-apps.example.com'],
  ])('%s is %s', (given, host) => expect(parsed(given)).toEqual({ ok: true, host }));

  it.each([
    ['a wildcard', '*.acme.io'],
    ['a wildcard within', 'sh*p.acme.io'],
    ['one character that may be any', 'sh?p.acme.io'],
    ['one label', 'localhost'],
    ['an address', '192.0.2.1'],
    ['an address of another spelling', '0x7f.1'],
    ['an address of the sixth version', '[2001:db8::1]'],
    ['an address with its protocol', 'https://acme.io'],
    ['a port', 'acme.io:8080'],
    ['a path', 'acme.io/shop'],
    ['nothing', ''],
    ['a dot alone', '.'],
    ['two dots', 'shop..acme.io'],
    ['a dash at an end', '-shop.acme.io'],
    ['an underscore', '_acme-challenge.acme.io'],
    ['a blank', 'shop acme.io'],
    ['an escape', 'sh%6fp.acme.io'],
    ['punycode of nothing', 'xn--a.io'],
    ['a label of 64', `${'a'.repeat(64)}.acme.io`],
    ['more than a load balancer compares', `${'a'.repeat(60)}.${'b'.repeat(60)}.acme-and-company.io`],
    ['a top-level domain that it does not compare', 'магазин.рф'],
    ['one of private DNS', 'db.internal'],
    ['one of this machine', 'shop.localhost'],
    ["the platform's own", 'apps.example.com'],
    ["the platform's own in capitals", 'APPS.example.COM'],
    ["one below the platform's own", 'shop.apps.example.com'],
    ["one deeply below the platform's own, with a dot", 'a.b.apps.example.com.'],
    ["one below the platform's own, in wide letters", 'shop.ａpps.example.com'],
  ])('is none: %s', (_what, given) => expect(parsed(given)).toMatchObject({ ok: false }));

  it('is the same however it is spelt, and is what a load balancer compares', () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const one = parsed(domain);
        expect(parsed(domain.toUpperCase())).toEqual(one);
        if (one.ok) expect(parsed(one.host)).toEqual(one);
        if (one.ok) expect(one.host).toMatch(/^(?=.{4,128}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/);
      }),
    );
  });
});

test('a record proves one domain for one app of one tenant of one installation', () => {
  const value = (environment: string, of: Partial<typeof ACME>, host: string) =>
    challengeOf(environment, { ...ACME, ...of }, host).value;
  const own = value('test', {}, 'shop.acme.io');
  expect(own).toMatch(/^mtr-verify=[0-9a-f]{64}$/);
  expect(value('test', {}, 'shop.acme.io')).toBe(own);
  expect(challengeOf('test', ACME, 'shop.acme.io').name).toBe('_mtr-challenge.shop.acme.io');
  const others = [
    value('other', {}, 'shop.acme.io'),
    value('test', { installationId: 2 }, 'shop.acme.io'),
    value('test', { app: 'forum' }, 'shop.acme.io'),
    // The same name again after a deletion is another app.
    value('test', { createdAt: '2026-02-15T12:00:00.000Z' }, 'shop.acme.io'),
    value('test', {}, 'www.acme.io'),
  ];
  expect(new Set([own, ...others]).size).toBe(6);
});
