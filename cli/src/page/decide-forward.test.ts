import { decideForward, type Asked } from './decide-forward';

const own = { host: '127.0.0.1:4711', secret: 'c2VjcmV0LW9mLXRoaXMtc2Vzc2lvbi1hbG9uZQ' };
const asked: Asked = {
  method: 'GET',
  url: '/v1/overview?limit=50',
  host: own.host,
  authorization: `Bearer ${own.secret}`,
};

describe('what the loopback address answers as the operator', () => {
  it('is what reads, for who has the secret', () => {
    expect(decideForward(asked, own)).toEqual({ kind: 'forward', path: '/overview?limit=50' });
  });

  it('is the page itself also without it: it says nothing of anyone', () => {
    const { authorization: _none, ...bare } = asked;
    expect(decideForward({ ...bare, authorization: undefined, url: '/v1/page' }, own)).toEqual({
      kind: 'forward',
      path: '/page',
    });
  });

  it.each<readonly [string, Partial<Asked>, number]>([
    ['without the secret', { authorization: undefined }, 403],
    ['with another', { authorization: `Bearer ${own.secret}x` }, 403],
    ['with none', { authorization: 'Bearer ' }, 403],
    ['with it in another scheme', { authorization: `Basic ${own.secret}` }, 403],
    ['by a page whose name was bound to the loopback address', { host: 'evil.example:4711' }, 403],
    ['by another port of the loopback address', { host: '127.0.0.1:80' }, 403],
    ['without a host', { host: undefined }, 403],
    ['to change something', { method: 'POST' }, 405],
    ['to change something by another method', { method: 'PATCH' }, 405],
    ['before it changes something', { method: 'OPTIONS' }, 405],
    ['for what is not of the API', { url: '/' }, 404],
    ['for what climbs out of the API', { url: '/v1/../other' }, 404],
    ['for what climbs out of the API, encoded', { url: '/v1/%2e%2e/other' }, 404],
    ['for another server', { url: '//evil.example/v2' }, 404],
    [
      'for the page with more behind it, without the secret',
      { url: '/v1/page/..%2Fme', authorization: undefined },
      403,
    ],
  ])('is nothing %s', (_how, bent, status) => {
    expect(decideForward({ ...asked, ...bent }, own)).toMatchObject({ kind: 'refuse', status });
  });
});
