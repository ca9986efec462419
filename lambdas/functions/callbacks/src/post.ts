import { request } from 'node:https';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Address } from './resolve-public';

export interface Post {
  readonly url: URL;
  /** The one that was looked at: nothing is looked up again. */
  readonly to: Address;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
}

/** `connect` of node:tls. */
export type Connect = (options: ConnectionOptions) => TLSSocket;

const PORT = 443;
const LONGEST_HEADERS = 16_384;

/**
 * Posts to exactly that address, with the name in SNI, certificate and Host. Follows nothing, and reads no more than
 * the head of the answer. The answered status is resolved to.
 */
export function createPost(connect: Connect): (post: Post) => Promise<number> {
  return ({ url, to, headers, body, signal }) =>
    new Promise((resolve, reject) => {
      const sent = request(
        url,
        {
          method: 'POST',
          headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
          // Without an agent: no connection is kept, which the next call would take without a look.
          createConnection: () =>
            connect({ host: to.address, port: PORT, servername: url.hostname, ALPNProtocols: ['http/1.1'] }),
          maxHeaderSize: LONGEST_HEADERS,
          signal,
        },
        (response) => {
          resolve(response.statusCode ?? 0);
          response.destroy();
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
}
