import { AwsRefusal, askAgain, parseXml, type AwsApi, type JsonAnswer } from '@multi-tenant-runner/aws';
import { jsonOperation, type FakeAws } from '@multi-tenant-runner/testing';
import type { Container } from '../engine/lambda';
import type { Random } from '../engine/random';
import type { Scheduler } from '../engine/scheduler';
import type { AppBuckets } from './app-buckets';

/** Milliseconds that a call takes, at least and at most. */
const TIMES: Readonly<Record<string, readonly [number, number]>> = {
  ecs: [30, 120],
  monitoring: [30, 120],
  elasticloadbalancing: [30, 120],
  ec2: [40, 150],
  ecr: [15, 60],
  logs: [15, 60],
  s3: [15, 80],
};
const ATTEMPTS = 3;
const PAUSE = 200;

export interface AppAwsDeps {
  readonly aws: FakeAws;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly buckets: AppBuckets;
  /** Whether the process dies at this call, before or after it took effect. */
  readonly dies: () => 'before' | 'after' | undefined;
  readonly onCall: (action: string, input: Readonly<Record<string, unknown>>) => void;
}

/** The AWS of tests behind a network and the account's buckets, with the deployer's own patience before both. */
export function createAppAws(deps: AppAwsDeps, container: Container): AwsApi {
  const { aws, scheduler, random, buckets } = deps;
  const patience = {
    attempts: ATTEMPTS,
    pause: PAUSE,
    wait: (milliseconds: number) => new Promise<void>((resolve) => void scheduler.after(milliseconds, () => resolve())),
    random: () => random.next(),
  };
  const once = <T>(service: string, action: string, effect: () => T): Promise<T> =>
    new Promise((resolve, reject) => {
      scheduler.after(random.between(...(TIMES[service] ?? [15, 60])), () => {
        if (!container.alive) return;
        if (!buckets.take(action)) return reject(new AwsRefusal('ThrottlingException', 'Rate exceeded', 400));
        const death = deps.dies();
        if (death === 'before') return container.die('crash');
        try {
          const answer = effect();
          if (death === 'after') container.die('crash');
          else resolve(answer);
        } catch (error) {
          reject(refusalOf(error));
        }
      });
    });
  const ask = <T>(service: string, action: string, effect: () => T): Promise<T> =>
    askAgain(() => once(service, action, effect), patience);
  return {
    json: (service, action, input) =>
      ask(service, action, () => {
        deps.onCall(action, { ...input });
        return structuredClone((jsonOperation(aws, action)?.({ ...input }) ?? {}) as JsonAnswer);
      }),
    query: (service, action, parameters) =>
      ask(service, action, () => {
        const form = new Map(Object.entries(parameters).filter((one): one is [string, string] => one[1] !== undefined));
        const run = aws.elb.operations[action] ?? aws.groups.operations[action];
        return parseXml(`<${action}Response>${run?.(form) ?? ''}</${action}Response>`);
      }),
    s3: (method, { key = '' }, body) =>
      ask('s3', `${method} object`, () => {
        if (method === 'PUT' && body) aws.objects.set(key, body);
        if (method === 'HEAD' && !aws.objects.has(key)) throw new AwsRefusal('404', '', 404);
        return parseXml('');
      }),
  };
}

/** Of the AWS of tests, whose refusals have a code. */
function refusalOf(error: unknown): Error {
  if (error instanceof AwsRefusal || !(error instanceof Error) || !('code' in error)) return error as Error;
  return new AwsRefusal(String(error.code), error.message, 400);
}
