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

type Method = (...args: unknown[]) => Promise<unknown>;

/** @param deps `afterEffect` runs at the moment a call has taken effect. */
export function createPortCalls(deps: {
  readonly scheduler: Scheduler;
  readonly draw: DrawFault;
  readonly trace: Trace;
  readonly lineage: Lineage;
  readonly afterEffect: () => void;
}): PortCalls {
  const { scheduler, draw, trace } = deps;
  const counts = new Map<string, number>();

  const call = (
    where: { readonly port: string; readonly method: string },
    effect: Method,
    args: unknown[],
    container: Container,
  ): Promise<unknown> => {
    const { port, method } = where;
    const name = `${port}.${method}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    const act = (): Promise<unknown> => {
      const answer = deps.lineage.during(container, () => effect(...args));
      deps.afterEffect();
      return answer;
    };
    return new Promise((resolve, reject) => {
      if (!container.alive) return;
      const fault = draw(port, method, args);
      scheduler.after(fault.delay, () => {
        if (!container.alive) return;
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

  return {
    counts,
    through: (port, target, container) =>
      new Proxy(target, {
        get(object, key, receiver) {
          const member: unknown = Reflect.get(object, key, receiver);
          if (typeof member !== 'function' || typeof key !== 'string') return member;
          return (...args: unknown[]) => call({ port, method: key }, member.bind(object) as Method, args, container);
        },
      }),
  };
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
