import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { post } from './post';
import { CallbackRefused, resolvePublic } from './resolve-public';

/** Answers one name's lookups, another address each time: as a name server does that wants to rebind. */
function rebinding(...answers: readonly (readonly string[])[]) {
  let asked = 0;
  return {
    asked: () => asked,
    resolve4: async () => answers[Math.min(asked++, answers.length - 1)] ?? [],
    resolve6: async () => [],
  };
}

describe('a name', () => {
  const of = (v4: readonly string[], v6: readonly string[] = []) => ({
    resolve4: async () => v4,
    resolve6: async () => v6,
  });

  test('is called at its first address', async () => {
    await expect(resolvePublic('a.example', of(['8.8.8.8', '1.1.1.1']))).resolves.toEqual({
      address: '8.8.8.8',
      family: 4,
    });
    await expect(resolvePublic('a.example', of([], ['2606:4700::1111']))).resolves.toMatchObject({ family: 6 });
  });

  test.each<[string, readonly string[], readonly string[]]>([
    ['one private address among public ones', ['8.8.8.8', '10.0.0.1'], []],
    ['a private IPv6 address beside a public IPv4 one', ['8.8.8.8'], ['fd00:ec2::254']],
    ['the metadata of EC2', ['169.254.169.254'], []],
    ['a loopback that is mapped', [], ['::ffff:127.0.0.1']],
    ['nothing', [], []],
  ])('with %s is refused', async (_what, v4, v6) => {
    await expect(resolvePublic('a.example', of(v4, v6))).rejects.toThrow(CallbackRefused);
  });

  test('that rebinds is looked up once: what was looked at is what is called', async () => {
    const resolver = rebinding(['8.8.8.8'], ['127.0.0.1']);
    const to = await resolvePublic('a.example', resolver);
    expect(to.address).toBe('8.8.8.8');
    expect(resolver.asked()).toBe(1);
  });
});

/** A certificate for receiver.test, which is no secret: the tests alone trust it. */
const fixture = (name: string): string => readFileSync(join(__dirname, '../test', name), 'utf8');

describe('a post', () => {
  const calls: { readonly host?: string; readonly name: unknown; readonly path?: string; readonly body: string }[] = [];
  let server: Server;
  let port: number;
  let answer: (path: string) => { readonly status: number; readonly headers?: Record<string, string> };

  beforeAll(async () => {
    server = createServer({ key: fixture('receiver.key'), cert: fixture('receiver.crt') }, (request, response) => {
      let body = '';
      request.on('data', (part) => (body += String(part)));
      request.on('end', () => {
        const name: unknown = Object(request.socket).servername;
        calls.push({
          ...(request.headers.host && { host: request.headers.host }),
          name,
          path: request.url ?? '',
          body,
        });
        const { status, headers } = answer(request.url ?? '');
        response.writeHead(status, headers);
        // It never ends: nobody may wait for it.
        response.write('x'.repeat(100_000));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    calls.length = 0;
    answer = () => ({ status: 200 });
  });

  const send = (url: string, signal = new AbortController().signal): Promise<number> =>
    post({
      url: new URL(url),
      to: { address: '127.0.0.1', family: 4, port },
      headers: { 'webhook-id': 'e1' },
      body: '{"ü":1}',
      signal,
      ca: fixture('receiver.crt'),
    });

  test('goes to the address that was looked at, with the name in SNI and Host', async () => {
    await expect(send('https://receiver.test/hook?a=1')).resolves.toBe(200);
    expect(calls).toEqual([{ host: 'receiver.test', name: 'receiver.test', path: '/hook?a=1', body: '{"ü":1}' }]);
  });

  test('follows no redirect, and waits for no body', async () => {
    answer = () => ({ status: 302, headers: { location: 'https://169.254.169.254/latest/meta-data/' } });
    await expect(send('https://receiver.test/hook')).resolves.toBe(302);
    expect(calls).toHaveLength(1);
  });

  test('trusts no certificate of another name', async () => {
    await expect(send('https://somebody-else.test/')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
    expect(calls).toEqual([]);
  });

  test('ends with its signal', async () => {
    const controller = new AbortController();
    const sent = send('https://receiver.test/hook', controller.signal);
    controller.abort();
    await expect(sent).rejects.toMatchObject({ name: 'AbortError' });
  });
});
