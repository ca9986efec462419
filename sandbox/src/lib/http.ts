import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Server as HttpsServer } from 'node:https';

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Aborted when the caller hangs up before it was answered. */
  readonly gone: AbortSignal;
}

export interface Answer {
  readonly status: number;
  /** A string or bytes go out as they are, anything else as JSON; absent: no body. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

export interface Route {
  readonly method: string;
  /** As in GitHub's documentation: `/orgs/{org}/actions/runners`. A last `{+path}` takes slashes too. */
  readonly template: string;
  readonly handle: Handler;
}

export interface Listening {
  readonly port: number;
  readonly close: () => Promise<void>;
}

export function route(method: string, template: string, handle: Handler): Route {
  return { method, template, handle };
}

export function match(
  routes: readonly Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  for (const candidate of routes) {
    const params = candidate.method === method ? matchPath(candidate.template, path) : undefined;
    if (params !== undefined) return { route: candidate, params };
  }
  return undefined;
}

/** Serves `handle` on 127.0.0.1; port 0 takes a free one. */
export function listen(port: number, handle: Handler): Promise<Listening> {
  const server = createServer((request, response) => void serve(request, response, handle));
  // A machine holds its runner's call open as long as its job runs.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 60_000;
  return open(server, port);
}

/** On 127.0.0.1, until it is closed with all that is connected to it; port 0 takes a free one. */
export function open(server: Server | HttpsServer, port: number): Promise<Listening> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address !== 'object' || address === null)
        return reject(new Error(`no port for the listener on 127.0.0.1:${port}`));
      resolve({ port: address.port, close: () => closing(server) });
    });
  });
}

function closing(server: Server | HttpsServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: Handler): Promise<void> {
  const hangUp = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) hangUp.abort();
  });
  try {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const body = await readAll(request);
    const call = {
      method: request.method ?? 'GET',
      path: url.pathname,
      params: {},
      query: url.searchParams,
      headers: request.headers,
      body,
      gone: hangUp.signal,
    };
    send(response, await handle(call));
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    send(response, { status: 500, body: { message: error instanceof Error ? error.message : String(error) } });
  }
}

function send(response: ServerResponse, answer: Answer): void {
  if (response.destroyed) return;
  const { bytes, type } = encode(answer.body);
  const length: Record<string, string> = answer.status === 204 ? {} : { 'content-length': String(bytes.length) };
  response.writeHead(answer.status, { ...type, ...length, ...answer.headers });
  response.end(bytes);
}

function encode(body: unknown): { bytes: Buffer; type: Record<string, string> } {
  if (body === undefined) return { bytes: Buffer.alloc(0), type: {} };
  if (typeof body === 'string') return { bytes: Buffer.from(body), type: {} };
  if (Buffer.isBuffer(body)) return { bytes: body, type: {} };
  return { bytes: Buffer.from(JSON.stringify(body)), type: { 'content-type': 'application/json; charset=utf-8' } };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const wanted = template.split('/');
  const given = path.split('/');
  const open = /^\{\+(.+)\}$/.exec(wanted.at(-1) ?? '')?.[1];
  if (open === undefined ? wanted.length !== given.length : wanted.length > given.length) return undefined;
  const params: Record<string, string> = {};
  if (open !== undefined)
    params[open] = given
      .slice(wanted.length - 1)
      .map(decode)
      .join('/');
  for (const [index, part] of (open === undefined ? wanted : wanted.slice(0, -1)).entries()) {
    const value = given[index] ?? '';
    const name = /^\{(.+)\}$/.exec(part)?.[1];
    if (name === undefined ? part !== value : value === '') return undefined;
    if (name !== undefined) params[name] = decode(value);
  }
  return params;
}

function decode(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
