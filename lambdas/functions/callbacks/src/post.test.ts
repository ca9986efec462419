import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { createPost } from './post';

/** A certificate for receiver.test, which is no secret: this test alone trusts it. */
const fixture = (name: string): string => readFileSync(join(__dirname, '../test', name), 'utf8');
const JUDGED = '8.8.8.8';

let server: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
const calls: Readonly<Record<string, unknown>>[] = [];
const connections: ConnectionOptions[] = [];

beforeAll(async () => {
  server = createServer({ key: fixture('receiver.key'), cert: fixture('receiver.crt') }, (request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const name: unknown = Object(request.socket).servername;
      calls.push({ host: request.headers.host, name, path: request.url, method: request.method, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  calls.length = 0;
  connections.length = 0;
  answer = (_request, response) => void response.writeHead(200).end();
});

/** Where Internet and authorities would be: every connection ends at the test's receiver. */
const post = createPost((options) => {
  connections.push(options);
  const { port } = server.address() as AddressInfo;
  return connect({ ...options, host: '127.0.0.1', port, ca: fixture('receiver.crt') });
});
const send = (url: string, signal = new AbortController().signal): Promise<number> =>
  post({
    url: new URL(url),
    to: { address: JUDGED, family: 4 },
    headers: { 'webhook-id': 'e1' },
    body: '{"ü":1}',
    signal,
  });

test('goes to the address that was looked at, on port 443, with the name in SNI and Host', async () => {
  await expect(send('https://receiver.test/hook?a=1')).resolves.toBe(200);
  expect(connections).toMatchObject([{ host: JUDGED, port: 443, servername: 'receiver.test' }]);
  expect(calls).toEqual([
    { host: 'receiver.test', name: 'receiver.test', path: '/hook?a=1', method: 'POST', body: '{"ü":1}' },
  ]);
});

test('looks no name up: what rebinds between look and call is not asked again', async () => {
  await send('https://receiver.test/hook');
  expect(connections.map(({ host, lookup }) => [host, lookup])).toEqual([[JUDGED, undefined]]);
});

test('keeps no connection: each call goes to the address that was looked at for it', async () => {
  await send('https://receiver.test/hook');
  await send('https://receiver.test/hook');
  expect(connections).toHaveLength(2);
});

test.each([301, 302, 303, 307, 308])('follows no redirect (%d)', async (status) => {
  answer = (_request, response) =>
    void response.writeHead(status, { location: 'https://169.254.169.254/latest/meta-data/' }).end();
  await expect(send('https://receiver.test/hook')).resolves.toBe(status);
  expect(connections).toHaveLength(1);
});

test('waits for no end of an answer that has none', async () => {
  answer = (_request, response) => void response.writeHead(200).write('x'.repeat(100_000));
  await expect(send('https://receiver.test/hook')).resolves.toBe(200);
});

test('reads no more than 16 KB of an answer before its status counts', async () => {
  answer = (_request, response) => void response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end();
  await expect(send('https://receiver.test/hook')).rejects.toMatchObject({ code: 'HPE_HEADER_OVERFLOW' });
});

test('takes no interim answer for the answer, however many there are', async () => {
  const controller = new AbortController();
  answer = (_request, response) => {
    for (let sent = 0; sent < 50; sent += 1) response.writeProcessing();
    setImmediate(() => controller.abort());
  };
  await expect(send('https://receiver.test/hook', controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
});

test('trusts no certificate of another name', async () => {
  await expect(send('https://somebody-else.test/')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  expect(calls).toEqual([]);
});

test('trusts no certificate that no authority has signed', async () => {
  const { port } = server.address() as AddressInfo;
  const strict = createPost((options) => connect({ ...options, host: '127.0.0.1', port }));
  const sent = strict({
    url: new URL('https://receiver.test/'),
    to: { address: JUDGED, family: 4 },
    headers: {},
    body: '',
    signal: new AbortController().signal,
  });
  await expect(sent).rejects.toMatchObject({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) });
  expect(calls).toEqual([]);
});

test('ends with its signal, before an answer', async () => {
  const controller = new AbortController();
  answer = () => controller.abort();
  await expect(send('https://receiver.test/hook', controller.signal)).rejects.toMatchObject({ name: 'AbortError' });
});
