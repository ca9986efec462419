import {
  HOUR,
  MINUTE,
  Throttled,
  type GitHubFailure,
  type JobMessage,
  type LaunchAnswer,
} from '@multi-tenant-runner/core';
import { jobMessage } from '@multi-tenant-runner/testing';
import { createSystem, type System } from './system';

/**
 * Lambda stops a chain of requests at about so many invocations of one function.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
 */
const LAMBDA_STOPS_AT = 16;
const JOBS = 60;
/** Jobs that end while their message is under way. */
const ENDING = 5;

/** A full tenant with many waiting jobs. */
async function crowded(): Promise<System> {
  const system = createSystem();
  system.harness.addTenant({ max_runners: 2 });
  for (let jobId = 1; jobId <= JOBS; jobId += 1) await system.queueJob(jobId);
  return system;
}

/** Handles what is on the queue, then what that left there, and so on; answers how many times. */
async function chainLength(system: System): Promise<number> {
  for (let generation = 0; ; generation += 1) {
    const messages = [];
    for (
      let message = system.harness.state.queue.takeJob();
      message !== undefined;
      message = system.harness.state.queue.takeJob()
    )
      messages.push(message);
    if (messages.length === 0) return generation;
    if (generation > 2 * JOBS) throw new Error('the chain does not end');
    for (const message of messages) await system.deliver(message);
  }
}

const ec2 = (kind: Exclude<LaunchAnswer['kind'], 'started' | 'unknown'>) => (system: System) =>
  system.harness.state.fleet.refuse(() => true, { kind, code: 'Code', message: 'no' });
const github = (method: 'authorize' | 'createJitConfig', failure: (now: Date) => GitHubFailure) => (system: System) =>
  system.harness.state.github.fail(failure(system.harness.clock.now()), { method });
const refused = (): GitHubFailure => ({ kind: 'refused', status: 404, message: 'no' });
const unavailable = (): GitHubFailure => ({ kind: 'unavailable', message: 'no' });
const limited = (now: Date): GitHubFailure => ({ kind: 'limited', retryAt: new Date(now.getTime() + HOUR) });

const EVERY_JOB_MEETS: readonly (readonly [string, (system: System) => unknown])[] = [
  ['no capacity', ec2('refused')],
  ['EC2 throttles', ec2('throttled')],
  ['a group that EC2 does not know', ec2('no-group')],
  ['an account that is verified', ec2('account')],
  ['a launch that EC2 calls wrong', ec2('impossible')],
  ['SSM throttles', (system) => system.harness.faults.fail('configs.put', new Throttled('Rate exceeded'), JOBS)],
  ['GitHub gives no token', github('authorize', refused)],
  ['GitHub refuses the runner', github('createJitConfig', refused)],
  ['GitHub is down', github('authorize', unavailable)],
  ['GitHub is down after the machine started', github('createJitConfig', unavailable)],
  ['GitHub limits', github('authorize', limited)],
  [
    'no security group',
    (system) =>
      system.harness.state.tenants.rows.set(1001, {
        ...system.harness.state.tenants.rows.get(1001),
        security_group_id: undefined,
      }),
  ],
];

describe(`a slot comes free with ${JOBS - 2} jobs waiting`, () => {
  test.each(EVERY_JOB_MEETS)('and %s: the next job is not woken only to meet the same', async (_what, happens) => {
    const system = await crowded();
    happens(system);
    await system.shutDown(system.machineOf(1).instanceId);
    expect(await chainLength(system)).toBeLessThanOrEqual(2);
  });

  test('and no capacity: the sweep goes on with what waits, a slot at a time', async () => {
    const system = await crowded();
    const lift = system.harness.state.fleet.refuse(() => true);
    await system.shutDown(system.machineOf(1).instanceId);
    await chainLength(system);
    lift();
    system.harness.clock.advance(MINUTE);
    await system.sweep();
    expect(await chainLength(system)).toBe(1);
    expect(system.slots()).toHaveLength(2);
    expect(system.harness.state.fleet.alive()).toHaveLength(2);
  });

  test('and all goes well: one message, one machine', async () => {
    const system = await crowded();
    await system.shutDown(system.machineOf(1).instanceId);
    expect(await chainLength(system)).toBe(1);
  });

  test('and jobs end while their messages are under way: each spends one link, so no loop is left', async () => {
    const system = await crowded();
    const endedAt = system.harness.clock.now().toISOString();
    let ended = 0;
    system.harness.faults.after('queue.sendJob', async (_answer, message) => {
      const { jobId } = jobMessage(message as JobMessage);
      if ((ended += 1) <= ENDING)
        await system.harness.state.jobs.change(1001, jobId, { from: ['queued'] }, { state: 'cancelled', endedAt });
    });
    await system.shutDown(system.machineOf(1).instanceId);
    const length = await chainLength(system);
    expect(length).toBe(ENDING + 1);
    expect(length).toBeLessThan(LAMBDA_STOPS_AT);
    expect(ended).toBe(ENDING + 1);
  });
});
