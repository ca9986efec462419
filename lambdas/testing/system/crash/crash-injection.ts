import { Crash, type TestHarness } from '@multi-tenant-runner/testing';

/**
 * `dies-before` and `dies-after`: the process ends at this call, before or after it takes effect, and calls nothing
 * more. `fails` and `answer-lost`: the call throws, the process goes on with its own error handling.
 */
export const CUTS = ['dies-before', 'dies-after', 'fails', 'answer-lost'] as const;
export type Cut = (typeof CUTS)[number];

/** Names like `fleet.run` of every call that the work makes. */
export async function callsOf(harness: TestHarness, work: () => Promise<unknown>): Promise<string[]> {
  const before = harness.calls.length;
  await work();
  return harness.names().slice(before);
}

/**
 * Runs the work with one call cut: call number `at`, from 0, or the first one of that name. Answers the call's name, or
 * undefined if the work makes no such call.
 */
export async function runCut(
  harness: TestHarness,
  at: number | string,
  cut: Cut,
  work: () => Promise<unknown>,
): Promise<string | undefined> {
  const dies = cut === 'dies-before' || cut === 'dies-after';
  const early = cut === 'dies-before' || cut === 'fails';
  let seen = 0;
  let dead = false;
  let target: readonly unknown[] | undefined;
  let name: string | undefined;
  const strike = (): never => {
    dead = dies;
    throw new Crash(`${cut} at call ${at}, ${name}`);
  };
  // Whatever a dead process would still call, in its error handling or side by side, does not happen either.
  const undoBefore = harness.onCall((port, method, args) => {
    if (dead) throw new Crash('the process is dead');
    const chosen = typeof at === 'number' ? seen++ === at : target === undefined && at === `${port}.${method}`;
    if (!chosen) return;
    target = args;
    name = `${port}.${method}`;
    if (early) strike();
  });
  const undoAfter = harness.afterCall((_port, _method, args) => {
    if (dead) throw new Crash('the process is dead');
    if (!early && args === target) strike();
  });
  try {
    await work();
  } catch {
    // What the caller of the function sees; the event comes back.
  } finally {
    undoBefore();
    undoAfter();
  }
  return name;
}
