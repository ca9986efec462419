import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createPlainServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNetworkFetch } from './network';
import { createRequests } from './requests';

const HOST = 'localhost';

/** A certificate of an authority that nobody else knows, as a company's own. */
function makeCertificate(): { readonly ca: string; readonly cert: string; readonly key: string } {
  const folder = mkdtempSync(join(tmpdir(), 'ca-'));
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  try {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=Our own CA',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
    openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${HOST}`,
      '-addext',
      `subjectAltName=DNS:${HOST}`,
      '-addext',
      'basicConstraints=critical,CA:FALSE',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-keyout',
      'host.key',
      '-out',
      'host.pem',
    );
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return { ca: read('ca.pem'), cert: read('host.pem'), key: read('host.key') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
};

describe('the way to GitHub', () => {
  const { ca, cert, key } = makeCertificate();
  const seen: { method?: string; url?: string; body: string; authorization?: string }[] = [];
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  let refuses = false;

  const gitHub = createTlsServer({ cert, key }, (request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { method, url, headers } = request;
      seen.push({
        ...(method !== undefined && { method }),
        ...(url !== undefined && { url }),
        body,
        ...(headers.authorization && { authorization: headers.authorization }),
      });
      if (url === '/api/v3/renamed') return void response.writeHead(301, { location: '/api/v3/new' }).end();
      if (url === '/api/v3/elsewhere')
        return void response.writeHead(302, { location: 'https://other.example/' }).end();
      if (method === 'DELETE') return void response.writeHead(204).end();
      response
        .writeHead(200, { 'content-type': 'application/json', link: '<https://x/2>; rel="next"' })
        .end('{"id":7}');
    });
  });
  const pass = (request: IncomingMessage, client: Socket) => {
    tunnels.push(request.url ?? '');
    if (refuses) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    const [host = '', port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host === HOST ? '127.0.0.1' : host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    for (const socket of [upstream, client]) socket.on('error', () => undefined);
    sockets.add(upstream);
  };
  const proxy = createPlainServer().on('connect', pass);
  const tlsProxy = createTlsServer({ cert, key }).on('connect', pass);
  const servers = [gitHub, proxy, tlsProxy];
  for (const server of servers) server.on('connection', (socket: Socket) => void sockets.add(socket));
  let ports: number[] = [];

  beforeAll(async () => {
    ports = await Promise.all(servers.map(listen));
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
  });
  beforeEach(() => {
    seen.length = 0;
    tunnels.length = 0;
    refuses = false;
  });

  const direct: typeof fetch = async () => Promise.reject(new Error('The direct way was taken.'));
  const readCaBundle = async (): Promise<string> => ca;
  const ask = (network: Parameters<typeof createNetworkFetch>[0], route = 'GET /meta', parameters = {}) =>
    createRequests({
      baseUrl: `https://${HOST}:${ports[0]}/api/v3`,
      fetch: createNetworkFetch(network, direct),
      timeout: 5_000,
    }).withToken('a-token')(route, parameters);

  test('is Node’s own where there is neither proxy nor certificate', () => {
    expect(createNetworkFetch({ noProxy: [] }, direct)).toBe(direct);
  });

  test('trusts a GitHub Enterprise Server of a private authority by the bundle alone', async () => {
    await expect(ask({ noProxy: [], readCaBundle })).resolves.toMatchObject({
      status: 200,
      data: { id: 7 },
      headers: { link: '<https://x/2>; rel="next"' },
    });
    const withoutIt = createNetworkFetch({ noProxy: [], proxy: `http://127.0.0.1:${ports[1]}` }, direct);
    await expect(withoutIt(`https://${HOST}:${ports[0]}/api/v3/meta`)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    });
  });

  test.each(['http', 'https'])('passes through an %s proxy, unread by it', async (protocol) => {
    const address = protocol === 'http' ? `http://127.0.0.1:${ports[1]}` : `https://${HOST}:${ports[2]}`;
    const answer = await ask({ noProxy: [], proxy: address, readCaBundle }, 'POST /orgs/acme/runners', { name: 'ünï' });
    expect(answer.status).toBe(200);
    expect(tunnels).toEqual([`${HOST}:${ports[0]}`]);
    expect(seen).toEqual([
      { method: 'POST', url: '/api/v3/orgs/acme/runners', body: '{"name":"ünï"}', authorization: 'Bearer a-token' },
    ]);
  });

  test('goes straight to the hosts that need no proxy', async () => {
    await ask({ noProxy: [HOST], proxy: 'http://127.0.0.1:1', readCaBundle });
    expect(seen).toHaveLength(1);
  });

  test('says which proxy refuses which host', async () => {
    refuses = true;
    await expect(ask({ noProxy: [], proxy: `http://127.0.0.1:${ports[1]}`, readCaBundle })).rejects.toThrow(
      /The proxy 127\.0\.0\.1:\d+ answered 403 for localhost:\d+/,
    );
  });

  test('follows a renamed repository, and takes the token to no other host', async () => {
    await expect(ask({ noProxy: [], readCaBundle }, 'GET /renamed')).resolves.toMatchObject({ status: 200 });
    await expect(ask({ noProxy: [], readCaBundle }, 'GET /elsewhere')).resolves.toMatchObject({ status: 302 });
  });

  test('takes an answer without a body', async () => {
    await expect(
      ask({ noProxy: [], proxy: `http://127.0.0.1:${ports[1]}`, readCaBundle }, 'DELETE /x'),
    ).resolves.toMatchObject({ status: 204 });
  });

  test.each(['https://api.acme.ghe.com', 'https://github.example/api/v3'])(
    'asks %s below its own path',
    async (baseUrl) => {
      const asked: string[] = [];
      const spy: typeof fetch = async (input) => {
        asked.push(String(input));
        return new Response('{}', { headers: { 'content-type': 'application/json' } });
      };
      await createRequests({ baseUrl, fetch: createNetworkFetch({ noProxy: [] }, spy), timeout: 5_000 }).plain()(
        'GET /app/installations',
        { per_page: 100 },
      );
      expect(asked).toEqual([`${baseUrl}/app/installations?per_page=100`]);
    },
  );

  test('reads the bundle once, and again after a failure', async () => {
    let reads = 0;
    const network = {
      noProxy: [],
      readCaBundle: async () => ((reads += 1) === 1 ? Promise.reject(new Error('throttled')) : ca),
    };
    const way = createNetworkFetch(network, direct);
    const url = `https://${HOST}:${ports[0]}/api/v3/meta`;
    await expect(way(url)).rejects.toThrow('throttled');
    for (let time = 0; time < 3; time += 1) expect((await way(url)).status).toBe(200);
    expect(reads).toBe(2);
  });
});
