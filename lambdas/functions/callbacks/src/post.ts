import { request } from 'node:https';
import type { Address } from './resolve-public';

export interface Post {
  readonly url: URL;
  /** The one that was looked at: nothing is looked up again. */
  readonly to: Address & { readonly port?: number };
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly signal: AbortSignal;
  /** Trusted in the place of the public authorities: of a test. */
  readonly ca?: string;
}

const LONGEST_HEADERS = 16_384;

/**
 * Posts to exactly that address, with the name in SNI, certificate and Host. Follows nothing, and reads no more than
 * the head of the answer.
 *
 * @returns the status
 */
export function post({ url, to, headers, body, signal, ca }: Post): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        headers: { ...headers, host: url.host, 'content-length': Buffer.byteLength(body) },
        // No connection is kept: the next one would go where this one went, without a look.
        agent: false,
        ...(to.port !== undefined && { port: to.port }),
        servername: url.hostname,
        ...(ca !== undefined && { ca }),
        maxHeaderSize: LONGEST_HEADERS,
        lookup: (_name, { all }, found) =>
          all === true ? found(null, [{ address: to.address, family: to.family }]) : found(null, to.address, to.family),
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
