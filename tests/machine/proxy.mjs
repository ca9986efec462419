import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A proxy that tunnels HTTPS (CONNECT) and, as one that opens TLS does, answers in the name of every host with a
 * certificate of an authority of its own.
 *
 * @param answer (address, request) what the host answers: `{ status, headers, body }`; `request` has `method`,
 *   `headers` and `body`
 */
export async function startProxy(hosts, answer) {
  const { authority, key, cert } = makeCertificate(hosts);
  const inside = createTlsServer({ key, cert }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, headers: sent } = request;
    const received = { method, headers: sent, body: chunks.length > 0 ? Buffer.concat(chunks) : undefined };
    const { status = 200, headers = {}, body = '' } = await answer(`${sent.host}${request.url}`, received);
    response.writeHead(status, headers).end(body);
  });
  await listening(inside);
  const tunnelled = [];
  const proxy = createServer((_, response) => response.writeHead(405).end());
  proxy.on('connect', (request, socket) => {
    tunnelled.push(request.url);
    const upstream = connect(inside.address().port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [upstream, socket]) end.on('error', () => end.destroy());
  });
  await listening(proxy);
  const close = () => [proxy, inside].forEach((server) => server.close());
  return { url: `http://127.0.0.1:${proxy.address().port}`, authority, tunnelled, close };
}

const listening = (server) => new Promise((done) => server.listen(0, '127.0.0.1', done));

/** An authority that no machine knows by itself, and a certificate of it for the hosts. */
function makeCertificate(hosts) {
  const folder = mkdtempSync(join(tmpdir(), 'authority-'));
  const at = (name) => join(folder, name);
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  try {
    const key = ['-newkey', 'rsa:2048', '-nodes', '-sha256'];
    openssl('req', '-x509', ...key, '-days', '2', '-subj', '/CN=Acme', '-keyout', at('ca.key'), '-out', at('ca.pem'));
    openssl('req', ...key, '-subj', `/CN=${hosts[0]}`, '-keyout', at('host.key'), '-out', at('host.csr'));
    writeFileSync(at('extensions'), `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(',')}\n`);
    const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-days', '2'];
    openssl('x509', '-req', '-in', at('host.csr'), ...signed, '-extfile', at('extensions'), '-out', at('host.pem'));
    const read = (name) => readFileSync(at(name), 'utf8');
    return { authority: read('ca.pem'), key: read('host.key'), cert: read('host.pem') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
