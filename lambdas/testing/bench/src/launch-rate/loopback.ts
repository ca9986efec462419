import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Latencies } from './latencies';
import { createLoopbackEc2 } from './loopback-ec2';

export interface Loopback {
  readonly url: string;
  /** Requests since the last reset, by service and operation. */
  readonly counts: ReadonlyMap<string, number>;
  /** Further answers take as long as that. */
  reset(latencies: Latencies): void;
  stop(): Promise<void>;
}

/**
 * AWS and GitHub for one function, on one port: DynamoDB's requests go on to DynamoDB Local, everything else is
 * answered as if it had gone well. Each answer takes its time.
 *
 * @param options.parameters values of SSM's parameters
 * @param options.environment the variables of every function that Lambda is asked about
 */
export async function startLoopback(options: {
  readonly dynamoDb: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly environment?: (url: string) => Readonly<Record<string, string>>;
  /** Answers of other operations, by service and operation as they are counted: JSON, or EC2's XML. */
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Answers what AWS is asked beside DynamoDB, SSM and `answers`, in the place of this one's EC2. */
  readonly aws?: typeof fetch;
}): Promise<Loopback> {
  let latencies: Latencies = { dynamoDb: 0, ssm: 0, runInstances: 0, ec2: 0, gitHub: 0 };
  const { answers = {} } = options;
  const counts = new Map<string, number>();
  const count = (name: string): void => void counts.set(name, (counts.get(name) ?? 0) + 1);
  let runners = 0;
  const ec2 = createLoopbackEc2(() => latencies);

  const ofEc2 = async (body: string): Promise<string> => {
    const form = new URLSearchParams(body);
    const action = form.get('Action') ?? '';
    count(`ec2:${action}`);
    const known = answers[`ec2:${action}`];
    if (typeof known === 'string') return known;
    const answer = await ec2(action, form);
    if (answer === undefined) throw new Error(`the loopback knows no ${action}`);
    return answer;
  };
  const ofSsm = async (operation: string, body: string): Promise<unknown> => {
    count(`ssm:${operation}`);
    await wait(latencies.ssm);
    if (operation !== 'GetParameters') return { Version: 1, Tier: 'Standard' };
    const { Names: names } = JSON.parse(body) as { readonly Names: readonly string[] };
    return { Parameters: names.map((Name) => ({ Name, Value: options.parameters[Name] })) };
  };
  const ofGitHub = async (
    method: string,
    path: string,
  ): Promise<{ readonly status: number; readonly body: unknown }> => {
    const name = `github:${method} ${path.replaceAll(/\d+/g, 'N').replace(/\?.*$/, '')}`;
    count(name);
    await wait(latencies.gitHub);
    if (name in answers) return { status: 200, body: answers[name] };
    if (path.endsWith('/access_tokens'))
      return { status: 201, body: { token: 'ghs_bench', expires_at: new Date(Date.now() + 3_600_000).toISOString() } };
    if (path.includes('/runner-groups'))
      return { status: 200, body: { total_count: 1, runner_groups: [{ id: 1, name: 'Default' }] } };
    return { status: 201, body: { runner: { id: (runners += 1) }, encoded_jit_config: 'eyJiZW5jaCI6dHJ1ZX0=' } };
  };

  const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const body = await read(asked);
    const [service = '', operation = ''] = String(asked.headers['x-amz-target'] ?? '').split('.');
    if (service.startsWith('DynamoDB')) {
      count(`dynamodb:${operation}`);
      await wait(latencies.dynamoDb);
      return forward(asked, body, options.dynamoDb, answer);
    }
    const known = answers[`${service}:${operation}`];
    if (known !== undefined) {
      count(`${service}:${operation}`);
      await wait(latencies.dynamoDb);
      const told = typeof known === 'function' ? (known as (body: string) => unknown)(body) : known;
      return send(answer, 200, told, 'application/x-amz-json-1.0');
    }
    if (service === 'AmazonSSM') return send(answer, 200, await ofSsm(operation, body), 'application/x-amz-json-1.1');
    if (/^\/2015-03-31\/functions\/[^/]+\/configuration/.test(asked.url ?? '')) {
      const variables = options.environment?.(`http://${asked.headers.host}`);
      return send(answer, 200, { Environment: { Variables: variables } }, 'application/json');
    }
    if (options.aws !== undefined && String(asked.headers.authorization).startsWith('AWS4-HMAC-SHA256 ')) {
      count(`aws:${operation || (new URLSearchParams(body).get('Action') ?? `${asked.method} object`)}`);
      await wait(latencies.ec2);
      const made = await options.aws(requestOf(asked, body));
      return send(answer, made.status, await made.text(), made.headers.get('content-type') ?? 'text/xml');
    }
    if (body.includes('Action=')) return send(answer, 200, await ofEc2(body), 'text/xml');
    const { status, body: data } = await ofGitHub(asked.method ?? 'GET', asked.url ?? '/');
    return send(answer, status, data, 'application/json');
  };
  const server = createServer((asked, answer) => {
    handle(asked, answer).catch((error: unknown) =>
      send(answer, 500, { message: error instanceof Error ? error.message : String(error) }, 'application/json'),
    );
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    reset: (next) => {
      latencies = next;
      counts.clear();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function requestOf({ method = 'GET', url = '/', headers }: IncomingMessage, body: string): Request {
  const known = ['content-type', 'x-amz-target'].flatMap((name) => {
    const value = headers[name];
    return typeof value === 'string' ? [[name, value] as [string, string]] : [];
  });
  const hasBody = method !== 'GET' && method !== 'HEAD';
  return new Request(`http://aws.test${url}`, { method, headers: known, ...(hasBody && { body }) });
}

function send(answer: ServerResponse, status: number, body: unknown, type: string): void {
  answer.writeHead(status, { 'content-type': type });
  answer.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function forward(asked: IncomingMessage, body: string, endpoint: string, answer: ServerResponse): Promise<void> {
  const { host: _host, connection: _connection, ...headers } = asked.headers;
  return new Promise((resolve, reject) => {
    const passed = request(endpoint, { method: 'POST', headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
      given.once('end', resolve);
    });
    passed.once('error', reject);
    passed.end(body);
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('no port'));
    });
  });
}
