import { Agent, request as requestTls } from 'node:https';
import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Socket } from 'node:net';
import type { Fetch } from './requests';

/** What stands between the functions and GitHub. AWS's own addresses are never asked through it. */
export interface Network {
  /** http://HOST:PORT or https://HOST:PORT. */
  readonly proxy?: string;
  /** Hosts that are asked without it, and with each the hosts below. */
  readonly noProxy: readonly string[];
  /** Certificates that are trusted besides the public ones, as PEM; read once. */
  readonly readCaBundle?: () => Promise<string>;
}

/** Milliseconds. */
const CONNECT_TIMEOUT = 5_000;
const REDIRECTS = 5;

/**
 * A `fetch` through a proxy and with certificates of one's own. Node's own takes neither without the npm package
 * `undici`, which is larger than the whole of a function here; its environment variables (`NODE_EXTRA_CA_CERTS`,
 * `NODE_USE_ENV_PROXY`) want a file that is there before the start, and a Node newer than the runtime promises:
 * https://nodejs.org/api/http.html#built-in-proxy-support.
 */
export function createNetworkFetch({ proxy, noProxy, readCaBundle }: Network, direct: Fetch): Fetch {
  if (proxy === undefined && readCaBundle === undefined) return direct;
  let trusted: Promise<SecureContext> | undefined;
  const trust = async (): Promise<SecureContext> => {
    // A failed look is not kept: the next request looks again.
    trusted ??= readTrusted(readCaBundle).catch((cause: unknown) => {
      trusted = undefined;
      throw cause;
    });
    return trusted;
  };
  let agent: Agent | undefined;

  const send = async (request: Request, body: Buffer): Promise<Response> => {
    const url = new URL(request.url);
    const secureContext = await trust();
    const through = proxy !== undefined && !isSpared(url.hostname, noProxy) ? new URL(proxy) : undefined;
    const options = { method: request.method, headers: headersOf(request, url, body), signal: request.signal };
    if (through === undefined) {
      agent ??= new Agent({ keepAlive: true, secureContext });
      return exchange((answered) => requestTls(url, { ...options, agent }, answered), body);
    }
    const socket = await tunnel({ proxy: through, target: url, secureContext, signal: request.signal });
    const path = `${url.pathname}${url.search}`;
    return exchange((answered) => requestPlain({ ...options, host: url.hostname, path, createConnection: () => socket }, answered), body);
  };

  return async (input, init) => {
    let request = new Request(input, init);
    if (new URL(request.url).protocol !== 'https:') return direct(input, init);
    const body = Buffer.from(await request.arrayBuffer());
    for (let redirect = 0; ; redirect += 1) {
      const response = await send(request, body);
      const next = redirectOf(request, response);
      if (next === undefined || redirect === REDIRECTS) return response;
      request = new Request(next, { method: request.method, headers: request.headers, signal: request.signal });
    }
  };
}

/** Made once: to read the public certificates takes a good part of a second on a small function. */
async function readTrusted(readCaBundle: (() => Promise<string>) | undefined): Promise<SecureContext> {
  return createSecureContext(readCaBundle === undefined ? {} : { ca: [...rootCertificates, await readCaBundle()] });
}

function isSpared(host: string, noProxy: readonly string[]): boolean {
  return noProxy.map((name) => name.replace(/^\./, '').toLowerCase()).some((name) => host === name || host.endsWith(`.${name}`));
}

function headersOf(request: Request, url: URL, body: Buffer): Record<string, string> {
  const given = Object.fromEntries(request.headers);
  return { ...given, host: url.host, ...((body.length > 0 || request.method === 'POST') && { 'content-length': String(body.length) }) };
}

/** A renamed repository answers with its new address; a token goes to no other host. */
function redirectOf(request: Request, response: Response): URL | undefined {
  const location = response.headers.get('location');
  if (request.method !== 'GET' || ![301, 302, 307, 308].includes(response.status) || location === null) return undefined;
  const next = new URL(location, request.url);
  return next.origin === new URL(request.url).origin ? next : undefined;
}

interface Tunnel {
  readonly proxy: URL;
  readonly target: URL;
  readonly secureContext: SecureContext;
  readonly signal: AbortSignal;
}

/** A connection to the target that the proxy passes on unread: TLS is between the function and GitHub. */
async function tunnel({ proxy, target, secureContext, signal }: Tunnel): Promise<Socket> {
  const authority = `${target.hostname}:${target.port === '' ? '443' : target.port}`;
  const socket = await askProxy(proxy, { method: 'CONNECT', path: authority, headers: { host: authority }, signal, timeout: CONNECT_TIMEOUT, agent: false }, secureContext);
  return new Promise((resolve, reject) => {
    const secured = connect({ socket, servername: target.hostname, secureContext }, () => resolve(secured));
    secured.on('error', reject);
  });
}

async function askProxy(proxy: URL, options: RequestOptions, secureContext: SecureContext): Promise<Socket> {
  const secure = proxy.protocol === 'https:';
  const port = proxy.port === '' ? (secure ? 443 : 80) : Number(proxy.port);
  const asked = { ...options, host: proxy.hostname, port };
  const request = secure ? requestTls({ ...asked, agent: new Agent({ secureContext }) }) : requestPlain(asked);
  return new Promise((resolve, reject) => {
    request.on('connect', ({ statusCode }, socket) => {
      if (statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(new Error(`The proxy ${proxy.host} answers ${statusCode} for ${options.path ?? ''}: let it pass, or name the host in network.no_proxy.`));
    });
    request.on('timeout', () => request.destroy(new Error(`The proxy ${proxy.host} does not answer.`)));
    request.on('error', reject);
    request.end();
  });
}

function exchange(start: (answered: (message: IncomingMessage) => void) => ReturnType<typeof requestPlain>, body: Buffer): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = start((message) => {
      const parts: Buffer[] = [];
      message.on('data', (part: Buffer) => parts.push(part));
      message.on('error', reject);
      message.on('end', () => resolve(responseOf(message, Buffer.concat(parts))));
    });
    request.on('error', reject);
    request.end(body);
  });
}

function responseOf({ statusCode = 500, headersDistinct }: IncomingMessage, body: Buffer): Response {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(headersDistinct)) for (const value of values) headers.append(name, value);
  return new Response([204, 205, 304].includes(statusCode) ? null : new Uint8Array(body), { status: statusCode, headers });
}
