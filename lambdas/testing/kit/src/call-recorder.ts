export interface Call {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** Runs before a call takes effect. A throw is what the caller sees, and the call never happens. */
export type BeforeCall = (port: string, method: string, args: readonly unknown[]) => unknown;
/** Runs after a call took effect. A throw is what the caller sees: the effect stands, its answer is lost. */
export type AfterCall = (port: string, method: string, args: readonly unknown[], answer: unknown) => unknown;
export type Undo = () => void;

export interface CallRecorder {
  /** Every call so far, in order. */
  readonly calls: Call[];
  /** Names like `fleet.run` of every call so far. */
  names(): string[];
  onCall(hook: BeforeCall): Undo;
  afterCall(hook: AfterCall): Undo;
  readonly faults: Faults;
  /** The same port, with every method that answers a promise observed. */
  observe<T extends object>(port: string, target: T): T;
}

export interface Faults {
  /** `where` is `port.method`, such as `fleet.run`. */
  before(where: string, hook: (...args: readonly unknown[]) => unknown): Undo;
  after(where: string, hook: (answer: unknown, ...args: readonly unknown[]) => unknown): Undo;
  /** The next `times` calls fail before they take effect. */
  fail(where: string, error: Error, times?: number): void;
  /** The next `times` calls take effect, but their answer is lost. */
  loseAnswer(where: string, error?: Error, times?: number): void;
}

/** What a crash test throws: a process that ends at this very call. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

export function createCallRecorder(): CallRecorder {
  const calls: Call[] = [];
  const before = new Set<BeforeCall>();
  const after = new Set<AfterCall>();
  const add = <T>(hooks: Set<T>, hook: T): Undo => {
    hooks.add(hook);
    return () => hooks.delete(hook);
  };

  return {
    calls,
    names: () => calls.map((call) => `${call.port}.${call.method}`),
    onCall: (hook) => add(before, hook),
    afterCall: (hook) => add(after, hook),
    faults: createFaults(
      (hook) => add(before, hook),
      (hook) => add(after, hook),
    ),
    observe: (port, target) =>
      new Proxy(target, {
        get(object, key, receiver) {
          const member: unknown = Reflect.get(object, key, receiver);
          if (typeof member !== 'function' || typeof key !== 'string') return member;
          return async (...args: unknown[]) => {
            calls.push({ port, method: key, args });
            for (const hook of before) await hook(port, key, args);
            const answer: unknown = await member.apply(object, args);
            for (const hook of after) await hook(port, key, args, answer);
            return answer;
          };
        },
      }),
  };
}

function createFaults(onCall: (hook: BeforeCall) => Undo, afterCall: (hook: AfterCall) => Undo): Faults {
  const throwing = (register: (hook: () => void) => Undo, error: Error, times: number): void => {
    let left = times;
    const undo = register(() => {
      left -= 1;
      if (left <= 0) undo();
      throw error;
    });
  };
  const faults: Faults = {
    before: (where, hook) =>
      onCall((port, method, args) => (where === `${port}.${method}` ? hook(...args) : undefined)),
    after: (where, hook) =>
      afterCall((port, method, args, answer) => (where === `${port}.${method}` ? hook(answer, ...args) : undefined)),
    fail: (where, error, times = 1) => throwing((hook) => faults.before(where, hook), error, times),
    loseAnswer: (where, error = new Error('the answer was lost'), times = 1) =>
      throwing((hook) => faults.after(where, hook), error, times),
  };
  return faults;
}
