import { sendInTime } from '@multi-tenant-runner/runtime';
import { requestTimeout } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import type { DrawFault } from '../scenario/faults';
import type { Container } from '../engine/lambda';
import type { Lineage } from './lineage';
import type { Trace } from '../engine/trace';

export interface PortCalls {
  /** The port as the code in this container sees it: every call takes time and may meet a fault. */
  through<T extends object>(port: string, target: T, container: Container): T;
  /** Calls made, by `port.method`. */
  readonly counts: ReadonlyMap<string, number>;
}

/** A call of a port that is sent. */
export interface SentCall {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** The function. */
  readonly by: string;
}

interface CalledPort {
  readonly port: string;
  readonly method: string;
  /** Both, as they are counted. */
  readonly name: string;
}

type Method = (...args: unknown[]) => Promise<unknown>;

/** @param deps `afterEffect` runs at the moment a call has taken effect. */
export function createPortCalls(deps: {
  readonly scheduler: Scheduler;
  readonly draw: DrawFault;
  readonly drawSleep: (method: string) => number | undefined;
  readonly trace: Trace;
  readonly lineage: Lineage;
  readonly afterEffect: () => void;
  readonly onSend?: (call: SentCall) => void;
  readonly onAnswer?: (call: SentCall) => void;
}): PortCalls {
  const { scheduler, draw, trace } = deps;
  const counts = new Map<string, number>();

  const send = (
    { port, method, name }: CalledPort,
    effect: Method,
    args: unknown[],
    container: Container,
  ): Promise<unknown> => {
    counts.set(name, (counts.get(name) ?? 0) + 1);
    deps.onSend?.({ port, method, args, by: container.of });
    const act = (): Promise<unknown> => {
      const answer = deps.lineage.during(container, () => effect(...args));
      deps.afterEffect();
      return answer;
    };
    return new Promise((answer, fail) => {
      if (!container.alive) return;
      // A request that is under way takes effect; a frozen process learns of it when it wakes up.
      const awake = <T>(settle: (value: T) => void) => {
        return (value: T): void => void (container.frozen ? container.thaw().then(() => settle(value)) : settle(value));
      };
      const [resolve, reject] = [awake(answer), awake(fail)];
      const fault = draw(port, method, args);
      scheduler.after(fault.delay, () => {
        if (!container.alive) return;
        if (trace.isOn)
          trace.note(
            scheduler.now(),
            `${container.name} ${name} ${describe(args)}${fault.kind === 'none' ? '' : ` [${fault.kind}]`}`,
          );
        switch (fault.kind) {
          case 'none':
            return void act().then(resolve, reject);
          case 'repeated':
            return void act().then(act).then(resolve, reject);
          case 'fails':
            return reject(fault.error);
          case 'instead':
            return resolve(fault.answer);
          case 'answer-lost':
            return void act().then(() => reject(fault.error), reject);
          case 'effect-but':
            return void act().then(() => resolve(fault.answer), reject);
          case 'crash-before':
            return container.die('crash');
          case 'crash-after':
            void act().catch(() => undefined);
            return container.die('crash');
        }
      });
    });
  };

  /** A process may fall asleep before a request is sent, not between the client's last check and the network. */
  const call = async (...[where, effect, args, container]: Parameters<typeof send>): Promise<unknown> => {
    const sleep = container.frozen ? 0 : deps.drawSleep(where.method);
    if (sleep !== undefined) await container.thaw(sleep);
    const answer = sendInTime(requestTimeout(where.port, where.method), () => send(where, effect, args, container));
    const { onAnswer } = deps;
    if (onAnswer !== undefined)
      answer.then(
        () => onAnswer({ port: where.port, method: where.method, args, by: container.of }),
        () => undefined,
      );
    return answer;
  };

  return {
    counts,
    through: (port, target, container) =>
      throughEach(target, (method, effect) => {
        const where = { port, method, name: `${port}.${method}` };
        return (...args) => call(where, effect, args, container);
      }),
  };
}

/** Each method as `wrap` makes it, made once: a run of a million jobs calls them a hundred million times. */
function throughEach<T extends object>(target: T, wrap: (method: string, effect: Method) => Method): T {
  const made = new Map<string, Method>();
  return new Proxy(target, {
    get(object, key, receiver) {
      const known = typeof key === 'string' ? made.get(key) : undefined;
      if (known !== undefined) return known;
      const member: unknown = Reflect.get(object, key, receiver);
      if (typeof member !== 'function' || typeof key !== 'string') return member;
      const wrapped = wrap(key, member.bind(object) as Method);
      made.set(key, wrapped);
      return wrapped;
    },
  });
}

const TRACED = ['installationId', 'jobId', 'launchId', 'state', 'reason', 'instanceId', 'name', 'action'] as const;

/** Enough of a call to read a trace by; never a configuration. */
function describe(args: readonly unknown[]): string {
  return args.map(wordOf).join(' ');
}

function wordOf(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(wordOf).join(',');
  return TRACED.flatMap((key) =>
    key in value ? [`${key}=${String((value as Record<string, unknown>)[key])}`] : [],
  ).join(' ');
}
