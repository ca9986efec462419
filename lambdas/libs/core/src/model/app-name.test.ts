import fc from 'fast-check';
import { APP_NAME_LENGTH, parseAppName, skeletonOf } from './app-name';
import { namesOfApp } from './app';

describe('a name of an app', () => {
  it.each(['shop', 'my-shop-2', 'ab', 'a'.repeat(APP_NAME_LENGTH)])('%s is one', (name) => {
    expect(parseAppName(name)).toEqual({ ok: true, name });
  });

  it('is compared without regard to case', () => {
    expect(parseAppName('MyShop')).toEqual({ ok: true, name: 'myshop' });
  });

  it.each(['', 'a', '1shop', 'shop-', 'my--shop', 'my_shop', 'shöp', 'shop.io', 'a'.repeat(APP_NAME_LENGTH + 1)])(
    '"%s" is none',
    (name) => expect(parseAppName(name)).toMatchObject({ ok: false }),
  );

  const likePreviews = ['pr-7-shop', 'pr7-shop', 'pr7shop', 'pr-7shop', 'pr-l-shop', 'PR-io-shop'];
  it.each(['www', 'API', 'adm1n', 'w-w-w', 'l0gin', 'rnail', ...likePreviews])(
    '%s is reserved, or looks like what is',
    (name) => {
      expect(parseAppName(name)).toEqual({ ok: false, problems: ['the name is reserved, or looks like one that is'] });
    },
  );

  it.each([
    ['paypal', 'paypa1'],
    ['modern', 'modem'],
    ['my-shop', 'myshop'],
    ['vvallet', 'wallet'],
    ['docs5', 'd0css'],
  ])('%s looks like %s', (one, other) => expect(skeletonOf(one)).toBe(skeletonOf(other)));

  it('makes names that AWS takes', () => {
    const name = fc.stringMatching(/^[a-z]([a-z0-9]|-[a-z0-9]){1,11}$/).filter((one) => one.length <= APP_NAME_LENGTH);
    fc.assert(
      fc.property(name, (app) => {
        const { targetGroup, service, repository } = namesOfApp('a-prefix', app);
        expect(targetGroup).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
        expect(service).toMatch(/^[a-zA-Z0-9_-]{1,255}$/);
        expect(repository).toMatch(/^[a-z0-9][a-z0-9/-]{1,255}$/);
      }),
    );
  });
});
