import {
  MINUTE,
  SECOND,
  Throttled,
  type BlankRequest,
  type GitHubFailure,
  type GroupRequest,
  type Intent,
  type LaunchRequest,
} from '@multi-tenant-runner/core';
import type { Scheduler } from '../engine/scheduler';
import { hash, type Random } from '../engine/random';
import type { FaultSettings } from './fault-kinds';
import type { SimulatedSetup } from './options';
import { GITHUB, TABLES, TYPICAL } from './port-times';

/** The fault of one call of a port, if any. `delay` is the time until the call takes effect. */
export type DrawnFault = { readonly delay: number } & (
  | { readonly kind: 'none' | 'crash-before' | 'crash-after' | 'repeated' }
  | { readonly kind: 'fails'; readonly error: Error }
  | { readonly kind: 'answer-lost'; readonly error: Error }
  | { readonly kind: 'instead'; readonly answer: unknown }
  | { readonly kind: 'effect-but'; readonly answer: unknown }
);

export interface FaultDraws {
  readonly draw: DrawFault;
  /** How long the process sleeps before this call, if it falls asleep. */
  readonly drawSleep: (method: string) => number | undefined;
  /** EC2 draws this after it has checked the call's client token. */
  readonly hasNoCapacity: (intent: Intent) => boolean;
}
export type DrawFault = (port: string, method: string, args: readonly unknown[]) => DrawnFault;

/** RunInstances, for one machine or several: the same call to EC2. */
export const ASKS_FOR_MACHINES: ReadonlySet<string> = new Set(['run', 'runGroup', 'start']);
/**
 * Conditional writes that an SDK retry runs twice when the first answer is lost. A transaction is none: its token makes
 * the second answer as the first.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-apis-txwriteitems-idempotency
 */
const REPEATABLE = /^(create|change|suspend|unsuspend|markDeleted|rename|setSecurityGroup|finishCleanup)$/;

/** Draws the fault of each call, in the order of the calls. */
export function createFaultDraws(
  scheduler: Scheduler,
  faultKinds: FaultSettings,
  random: Random,
  { configStore, calls = { burst: 5, perSecond: 2 } }: SimulatedSetup = {},
): FaultDraws {
  const ec2 = createBucket(scheduler, calls);
  const ssm = createBucket(scheduler, { burst: 10, perSecond: 3 });
  const dressing = createBucket(scheduler, { burst: 100, perSecond: 5 });
  const groupKnownAt = new Map<string, number>();
  const hours = random.fork('hours').next();
  const sleeps = random.fork('sleeps');
  // Bad hours: a subject (a tenant at GitHub, a zone of EC2) is down for minutes at a time.
  const isBad = (subject: string, share: number, length: number): boolean =>
    (hash(`${hours}/${subject}/${Math.floor(scheduler.now() / length)}`) >>> 0) / 0x1_0000_0000 < share;

  const delayOf = (port: string, method: string): number => {
    const [from, to] = TYPICAL[port] ?? [5, 20];
    if (ASKS_FOR_MACHINES.has(method)) return random.between(600, 2_000);
    if (faultKinds.has('slow') && random.chance(0.01))
      return GITHUB.has(port) ? random.between(2_000, 16_000) : random.between(300, 8_000);
    return random.between(from, to);
  };

  const draw: DrawFault = (port, method, args) => {
    const delay = delayOf(port, method);
    if (faultKinds.has('crash') && random.chance(0.0015))
      return { delay, kind: random.chance(0.5) ? 'crash-before' : 'crash-after' };
    if (GITHUB.has(port)) return atGitHub(port, method, args, delay);
    if (ASKS_FOR_MACHINES.has(method)) return atEc2(delay, args);
    if (method === 'put' && configStore === undefined && faultKinds.has('throttle') && !ssm.take())
      return { delay, kind: 'fails', error: new Throttled('Rate exceeded') };
    if (method === 'dress' && faultKinds.has('throttle') && !dressing.take())
      return { delay, kind: 'fails', error: new Throttled('Rate exceeded') };
    if (faultKinds.has('aws') && random.chance(0.002))
      return { delay, kind: 'fails', error: new Error(`${port}.${method} was rejected`) };
    if (faultKinds.has('lost-answer') && random.chance(0.002)) {
      return TABLES.has(port) && REPEATABLE.test(method) && random.chance(0.5)
        ? { delay, kind: 'repeated' }
        : { delay, kind: 'answer-lost', error: new Error(`${port}.${method} gave no answer in time`) };
    }
    return { delay, kind: 'none' };
  };
  const hasNoCapacity = ({ instanceType, subnetId }: Intent): boolean =>
    faultKinds.has('capacity') &&
    (isBad(`${instanceType}/${subnetId}`, 0.1, 15 * MINUTE) || isBad('everywhere', 0.02, 5 * MINUTE));
  // Above all before what no other call can undo.
  const drawSleep = (method: string): number | undefined =>
    faultKinds.has('freeze') && sleeps.chance(ASKS_FOR_MACHINES.has(method) || method === 'terminate' ? 0.04 : 0.001)
      ? sleeps.between(MINUTE, 30 * MINUTE)
      : undefined;
  return { draw, drawSleep, hasNoCapacity };

  function atGitHub(port: string, method: string, args: readonly unknown[], delay: number): DrawnFault {
    const [first] = args;
    const tenant =
      typeof first === 'number' ? first : ((first as { installationId?: number } | undefined)?.installationId ?? 0);
    const failure = failureOf(port, method, tenant);
    if (failure !== undefined) {
      const isRefused = failure.kind === 'refused' && port === 'checkRuns';
      return { delay, kind: 'instead', answer: isRefused ? { kind: 'not-granted' } : failure };
    }
    // GitHub completes a request that the adapter has given up.
    const timeout = method === 'createJitConfig' ? 15 * SECOND : 8 * SECOND;
    if (delay > timeout)
      return { delay: timeout, kind: 'effect-but', answer: { kind: 'unavailable', message: 'no answer in time' } };
    if (faultKinds.has('outage') && random.chance(0.006)) {
      const answer: GitHubFailure = { kind: 'unavailable', message: 'no answer in time' };
      return { delay: delay + 8 * SECOND, kind: 'effect-but', answer };
    }
    return { delay, kind: 'none' };
  }

  function failureOf(port: string, method: string, tenant: number): GitHubFailure | undefined {
    if (faultKinds.has('outage') && (isBad('github', 0.02, 10 * MINUTE) ? random.chance(0.7) : random.chance(0.006)))
      return { kind: 'unavailable', message: 'Bad gateway' };
    if (faultKinds.has('limit') && (isBad(`limit ${tenant}`, 0.03, 10 * MINUTE) || random.chance(0.002))) {
      return { kind: 'limited', retryAt: new Date(scheduler.now() + random.pick([SECOND, MINUTE, 10 * MINUTE])) };
    }
    // Asked as the App itself, GitHub refuses nothing.
    if (port === 'app' || method === 'getInstallation' || !faultKinds.has('refusal')) return undefined;
    if (!isBad(`refusal ${tenant}`, 0.02, 5 * MINUTE) && !random.chance(0.003)) return undefined;
    return { kind: 'refused', status: random.pick([401, 403, 404, 422]), message: 'refused' };
  }

  /** Parts of EC2 learn of a new group minutes later; a group is new until a launch has named it. */
  function isKnown(groupId: string): boolean {
    const known =
      groupKnownAt.get(groupId) ??
      scheduler.now() +
        (faultKinds.has('lag') ? random.pick([0, random.between(0, 10 * SECOND), random.between(0, 2 * MINUTE)]) : 0);
    groupKnownAt.set(groupId, known);
    return scheduler.now() >= known;
  }

  function atEc2(delay: number, [request]: readonly unknown[]): DrawnFault {
    const { intent } = request as LaunchRequest | GroupRequest | BlankRequest;
    if (!isKnown(intent.securityGroupId))
      return {
        delay,
        kind: 'instead',
        answer: { kind: 'no-group', code: 'InvalidGroup.NotFound', message: 'the group does not exist' },
      };
    if (faultKinds.has('capacity') && isBad('verification', 0.01, 5 * MINUTE))
      return {
        delay,
        kind: 'instead',
        answer: { kind: 'account', code: 'PendingVerification', message: 'being validated' },
      };
    if (faultKinds.has('throttle') && !ec2.take())
      return {
        delay,
        kind: 'instead',
        answer: { kind: 'throttled', code: 'RequestLimitExceeded', message: 'Request limit exceeded' },
      };
    if (faultKinds.has('aws') && random.chance(0.002))
      return {
        delay,
        kind: 'instead',
        answer: { kind: 'impossible', code: 'UnauthorizedOperation', message: 'not allowed' },
      };
    if (faultKinds.has('aws') && random.chance(0.01))
      return {
        delay,
        kind: 'instead',
        answer: { kind: 'unknown', code: 'InternalError', message: 'an internal error has occurred' },
      };
    if (faultKinds.has('lost-answer') && random.chance(0.01))
      return {
        delay,
        kind: 'effect-but',
        answer: { kind: 'unknown', code: 'TimeoutError', message: 'no answer in time' },
      };
    return { delay, kind: 'none' };
  }
}

/** A token bucket, as EC2 and SSM have for the account. */
export function createBucket(
  scheduler: Scheduler,
  { burst, perSecond }: { readonly burst: number; readonly perSecond: number },
): { take(count?: number): boolean } {
  let tokens = burst;
  let filledAt = scheduler.now();
  return {
    take: (count = 1) => {
      tokens = Math.min(burst, tokens + ((scheduler.now() - filledAt) / SECOND) * perSecond);
      filledAt = scheduler.now();
      if (tokens < count) return false;
      tokens -= count;
      return true;
    },
  };
}
