import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { open, type Listening } from './http';

export interface FrontOptions {
  /** Where the load balancer answers, without a slash at the end. */
  readonly balancer: string;
  /** Below which the apps have their names, such as `apps.localhost`. */
  readonly domain: string;
}

/**
 * What the apps' DNS would be: a browser takes every name below `localhost` for this machine, and what it asks goes to
 * the load balancer under the app's own name.
 */
export function startFront(port: number, options: FrontOptions): Promise<Listening> {
  return open(
    createServer((from, to) => pass(from, to, options)),
    port,
  );
}

/** The name that the load balancer knows: `shop.localhost:8080` is `shop.apps.localhost`. */
export function hostOf(asked: string, domain: string): string {
  const name = asked.replace(/:\d+$/, '').toLowerCase();
  const [, app] = name.endsWith(`.${domain}`) ? [] : (/^(.+)\.localhost$/.exec(name) ?? []);
  return app === undefined ? name : `${app}.${domain}`;
}

function pass(from: IncomingMessage, to: ServerResponse, { balancer, domain }: FrontOptions): void {
  const headers = { ...from.headers, host: hostOf(from.headers.host ?? '', domain) };
  const call = request(`${balancer}${from.url ?? '/'}`, { method: from.method, headers }, (answer) => {
    to.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(to);
  });
  call.on('error', () =>
    to.headersSent ? to.destroy() : to.writeHead(502).end('The load balancer does not answer.\n'),
  );
  from.pipe(call);
}
