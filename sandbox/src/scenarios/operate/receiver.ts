import { readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import type { Receivers } from '../../lib/receivers';
import { open } from '../../lib/http';
import { object } from '../../lib/json';
import { writePrivateJson } from '../../lib/state';

/** A public name with a public address, as far as the functions can see. */
export const PUBLIC_NAME = 'hooks.example.com';
/** A public name that stands for the metadata of a machine. */
export const PRIVATE_NAME = 'inside.example.com';
const ADDRESS = '8.8.8.8';

/** One call of a callback, as the tenant's server got it. */
export interface Call {
  readonly id: string;
  readonly timestamp: string;
  readonly host: string;
  readonly status: number;
  readonly event: Readonly<Record<string, unknown>>;
  /** The secrets that it was signed with, of those that the receiver knew. */
  readonly signedWith: readonly string[];
}

export interface Receiver {
  readonly calls: readonly Call[];
  knows(secret: string): void;
  stop(): Promise<void>;
}

/** A tenant's server: it fails its first call with 500, and takes the others. */
export async function startReceiver({ root, file }: { root: string; file: string }): Promise<Receiver> {
  const fixture = (name: string): string =>
    readFileSync(join(root, 'lambdas', 'functions', 'callbacks', 'test', `receiver.${name}`), 'utf8');
  const calls: Call[] = [];
  const secrets: string[] = [];
  const server = createServer({ key: fixture('key'), cert: fixture('crt') }, (request, response) => {
    let body = '';
    request.on('data', (part) => (body += String(part)));
    request.on('end', () => {
      const header = (name: string): string => String(request.headers[name]);
      const [id, timestamp] = [header('webhook-id'), header('webhook-timestamp')];
      const signed = {
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': header('webhook-signature'),
      };
      const status = calls.length === 0 ? 500 : 204;
      calls.push({
        id,
        timestamp,
        host: header('host'),
        status,
        event: object(JSON.parse(body)) ?? {},
        signedWith: secrets.filter((secret) => isSigned(body, signed, secret)),
      });
      response.writeHead(status).end();
    });
  });
  const { port, close } = await open(server, 0);
  const receivers: Receivers = {
    names: { [PUBLIC_NAME]: [ADDRESS], [PRIVATE_NAME]: ['169.254.169.254'] },
    receivers: { [ADDRESS]: { port, ca: fixture('crt') } },
  };
  writePrivateJson(file, receivers);
  return {
    calls,
    knows: (secret) => void secrets.push(secret),
    stop: async () => {
      await close();
      rmSync(file, { force: true });
    },
  };
}

/** By the specification's own library, which refuses a time that is five minutes off. */
function isSigned(body: string, headers: Record<string, string>, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
}
