import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { LEASE_MARGIN, MINUTE } from '@multi-tenant-runner/core';
import { runInvocation } from '@multi-tenant-runner/runtime';
import { createTestClock, jobMessage } from '@multi-tenant-runner/testing';
import { createClientConfig } from './client-config';
import { createDynamoDbClient, createEc2Client, createSqsClient } from './clients';
import { createSqsJobQueue } from './job-queue';

/** A service that never answers. */
let server: Server;
let requests: { closed: Promise<void> }[];
let arrived: () => void;
let env: Record<string, string>;

beforeEach(async () => {
  requests = [];
  server = createServer((request) => {
    requests.push({ closed: new Promise((resolve) => request.on('close', () => resolve())) });
    arrived();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  env = {
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
  };
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const context = { getRemainingTimeInMillis: () => MINUTE };

describe('a call to AWS', () => {
  test('that waits for its answer is abandoned, and not repeated, when its invocation is over', async () => {
    const client = createSqsClient(createClientConfig(env));
    const queue = createSqsJobQueue({ client, tierQueueUrls: new Map([['small', `${env['AWS_ENDPOINT_URL']}/q`]]) });
    const reached = new Promise<void>((resolve) => (arrived = resolve));
    let left: Promise<unknown> | undefined;
    await runInvocation({ clock: createTestClock(), context }, async () => {
      left = queue.sendJob(jobMessage());
      await reached;
    });
    await expect(left).rejects.toThrow();
    await requests[0]?.closed;
    client.destroy();
    expect(requests).toHaveLength(1);
  });

  test.each([
    ['DynamoDB', () => createDynamoDbClient(createClientConfig(env)).send(new ListTablesCommand({}))],
    ['EC2', () => createEc2Client(createClientConfig(env)).send(new DescribeInstancesCommand({}))],
  ])('is not sent by an invocation that slept past its leases (%s)', async (_, call) => {
    const clock = createTestClock();
    arrived = () => undefined;
    await runInvocation({ clock, context }, async () => {
      clock.advance(MINUTE + LEASE_MARGIN);
      await expect(call()).rejects.toThrow('slept past its leases');
    });
    expect(requests).toEqual([]);
  });

  test('takes less time than is left of a lease at the end of a function', () => {
    const { requestTimeout, throwOnRequestTimeout } = createClientConfig(env).requestHandler;
    expect(throwOnRequestTimeout).toBe(true);
    expect(requestTimeout).toBeLessThan(LEASE_MARGIN);
  });
});
