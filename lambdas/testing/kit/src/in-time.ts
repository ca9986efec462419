import { REQUEST_TIMEOUT } from '@multi-tenant-runner/core';
import { sendInTime } from '@multi-tenant-runner/runtime';

/**
 * The same port behind the check that the real clients make right before each request: an invocation that is over, or
 * has slept past its leases, calls nothing.
 */
export function inTime<T extends object>(port: string, target: T): T {
  return new Proxy(target, {
    get(object, key, receiver) {
      const member: unknown = Reflect.get(object, key, receiver);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      return (...args: unknown[]) =>
        sendInTime(requestTimeout(port, key), async () => (await member.apply(object, args)) as unknown);
    },
  });
}

/** Milliseconds. */
export function requestTimeout(port: string, method: string): number {
  if (method === 'createJitConfig') return REQUEST_TIMEOUT.registration;
  if (port === 'github' || port === 'app' || port === 'search' || port === 'checkRuns') return REQUEST_TIMEOUT.github;
  const isEc2 = port === 'fleet' || port === 'blanks' || port === 'securityGroups';
  return isEc2 ? REQUEST_TIMEOUT.ec2 : REQUEST_TIMEOUT.aws;
}
