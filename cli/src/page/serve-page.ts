import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { OperatorsApi } from '../aws/api';
import { decideForward } from './decide-forward';

export interface ServedPage {
  /** With the secret; whoever has it and reaches this machine's loopback reads as the operator. */
  readonly url: string;
  close(): void;
}

/** Of an answer of the API; how it was packed is undone by then. */
const HEADERS = [
  'content-type',
  'content-security-policy',
  'cache-control',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'permissions-policy',
  'referrer-policy',
  'retry-after',
  'x-content-type-options',
  'x-frame-options',
];

/** Serves the page on the loopback address and answers what it asks for with requests that are signed as the caller. */
export async function servePage(api: OperatorsApi, port = 0): Promise<ServedPage> {
  const secret = randomBytes(32).toString('base64url');
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  const host = `127.0.0.1:${taken}`;
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '/', headers } = request;
    const asked = { method, url, host: headers.host, authorization: headers.authorization };
    const decision = decideForward(asked, { host, secret });
    if (decision.kind === 'refuse') return send(response, decision.status, decision.sentence);
    try {
      const answered = await api.call('GET', decision.path);
      const kept = HEADERS.flatMap((name) => {
        const value = answered.headers.get(name);
        return value === null ? [] : [[name, value] as const];
      });
      response.writeHead(answered.status, Object.fromEntries(kept)).end(Buffer.from(await answered.arrayBuffer()));
    } catch (error) {
      send(response, 502, error instanceof Error ? error.message : 'The API does not answer.');
    }
  }
  return {
    url: `http://${host}/v1/page#link=${secret}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function send(response: ServerResponse, status: number, detail: string): void {
  response.writeHead(status, { 'content-type': 'application/problem+json' }).end(JSON.stringify({ status, detail }));
}
