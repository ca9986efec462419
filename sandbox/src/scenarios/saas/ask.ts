import { request } from 'node:http';

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What the placeholder app says of itself. */
export interface App {
  readonly pid: number;
  readonly version: string;
  readonly user: string;
  readonly has_password: boolean;
}

/** Asks the load balancer for a host, as a browser would that resolves it there. */
export type Ask = (host: string, path?: string) => Promise<Answer>;

/** `balancer`: its address in the emulator, without a slash at the end. */
export function createAsk(balancer: string): Ask {
  return (host, path = '/') =>
    new Promise((resolve, reject) => {
      // Not fetch, which lets nobody set the host.
      const call = request(`${balancer}${path}`, { headers: { host } }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      });
      call.on('error', reject);
      call.end();
    });
}

/** The app behind a host, or nothing while another answers, such as the load balancer itself. */
export async function appAt(ask: Ask, host: string): Promise<App | undefined> {
  const { status, body } = await ask(host);
  if (status !== 200) return undefined;
  const app: App = JSON.parse(body);
  return app;
}

/** The processes that answer for a host. A balancer chooses one by chance: forty times find two, all but surely. */
export async function processesAt(ask: Ask, host: string): Promise<Set<number>> {
  const found = new Set<number>();
  for (let times = 0; times < 40; times += 1) {
    const app = await appAt(ask, host);
    if (app !== undefined) found.add(app.pid);
  }
  return found;
}
