import { AsyncLocalStorage } from 'node:async_hooks';
import type { TestHarness } from '@multi-tenant-runner/testing';

/** An invocation that Lambda has frozen before one of its calls. */
export interface Sleeper {
  /** The call that it is about to make, such as `fleet.run`. */
  readonly call: string;
  /** Lambda thaws it: it goes on from there. Resolves when it has come to its end. */
  wakeUp(): Promise<void>;
}

const sleeping = new AsyncLocalStorage<object>();

/**
 * Runs the work up to call number `at`, from 0, and freezes it there, with everything that it does side by side.
 * Answers undefined if the work ends before.
 */
export async function freezeAt(
  harness: TestHarness,
  at: number,
  work: () => Promise<unknown>,
): Promise<Sleeper | undefined> {
  const self = {};
  let seen = 0;
  let name: string | undefined;
  let reach: () => void = () => undefined;
  let thaw: () => void = () => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  const thawed = new Promise<void>((resolve) => (thaw = resolve));
  const undo = harness.onCall((port, method) => {
    if (sleeping.getStore() !== self) return undefined;
    if (name === undefined && seen++ !== at) return undefined;
    name ??= `${port}.${method}`;
    reach();
    return thawed;
  });
  // What its caller sees does not matter: the event comes back.
  const ended = sleeping.run(self, work).then(
    () => undefined,
    () => undefined,
  );
  await Promise.race([reached, ended]);
  if (name === undefined) {
    undo();
    return undefined;
  }
  return {
    call: name,
    wakeUp: async () => {
      undo();
      thaw();
      await ended;
    },
  };
}
