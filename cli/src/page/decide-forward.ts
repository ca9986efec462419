import { hashSecret, isSecret } from '@multi-tenant-runner/runtime';

/** What a request to the loopback address says. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly host: string | undefined;
  readonly authorization: string | undefined;
}

export type Forward =
  | { readonly kind: 'forward'; readonly path: string }
  | { readonly kind: 'refuse'; readonly status: 403 | 404 | 405; readonly sentence: string };

/**
 * Whether a request to the loopback address is answered as the operator. Only what reads, and only for who has the
 * secret that mtr has printed: other users of the machine and every page of the browser reach the address too. A page
 * whose name was bound to 127.0.0.1 shows in the host. Pure.
 */
export function decideForward(
  { method, url, host, authorization }: Asked,
  own: { readonly host: string; readonly secret: string },
): Forward {
  if (host !== own.host) return refuse(403, 'This address is for the page of mtr open alone.');
  if (method !== 'GET') return refuse(405, 'Nothing is changed from here.');
  // As the URL parser of the other end will read it: what climbs out is not below /v1 any more.
  const { pathname, search } = new URL(url, `http://${own.host}`);
  if (!pathname.startsWith('/v1/')) return refuse(404, 'There is nothing here; mtr open has printed the address.');
  const path = `${pathname.slice('/v1'.length)}${search}`;
  // The page itself says nothing of anyone.
  if (pathname === '/v1/page') return { kind: 'forward', path };
  const [, given = ''] = /^Bearer ([\w.-]+)$/.exec(authorization ?? '') ?? [];
  if (isSecret(given, hashSecret(own.secret))) return { kind: 'forward', path };
  return refuse(403, 'The address that mtr open printed has a secret; without it nothing is shown.');
}

function refuse(status: 403 | 404 | 405, sentence: string): Forward {
  return { kind: 'refuse', status, sentence };
}
