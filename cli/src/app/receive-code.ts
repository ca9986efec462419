import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isSameText } from '@multi-tenant-runner/runtime';
import { DONE_PAGE } from './manifest';

export interface Reception {
  /** What an operator opens. */
  readonly address: string;
  /** The code that GitHub sends back, once, under the state that was sent along. */
  readonly code: Promise<string>;
  close(): void;
}

const CSP = "default-src 'none'; form-action *; frame-ancestors 'none'; base-uri 'none'";

/**
 * Serves a page on loopback and waits for GitHub to send the browser back to it. Only under its own address, so that no
 * name of someone else's reaches it, and only with the state, which no other page knows.
 *
 * @param page of the address where GitHub is to send the browser
 */
export function receiveCode(state: string, page: (redirectUrl: string) => string): Promise<Reception> {
  let settle: (code: string) => void = () => undefined;
  const code = new Promise<string>((resolve) => (settle = resolve));
  return new Promise((resolve, reject) => {
    let host = '';
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const { pathname, searchParams } = new URL(request.url ?? '/', `http://${host}`);
      const send = (status: number, body: string): void => {
        const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CSP };
        response.writeHead(status, { ...headers, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
        response.end(body);
      };
      if (request.headers.host !== host || request.method !== 'GET') return send(404, '');
      if (pathname === '/') return send(200, page(`http://${host}/created`));
      const given = searchParams.get('code');
      if (pathname !== '/created' || given === null || !isSameText(searchParams.get('state') ?? '', state))
        return send(404, '');
      send(200, DONE_PAGE);
      settle(given);
    };
    const server = createServer(answer);
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (address === null || typeof address === 'string') return reject(new Error('There is no port on loopback.'));
      host = `127.0.0.1:${address.port}`;
      resolve({
        address: `http://${host}/`,
        code,
        close: () => {
          server.close();
          server.closeAllConnections();
        },
      });
    });
  });
}
