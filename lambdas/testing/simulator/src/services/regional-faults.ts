import { SECOND } from '@multi-tenant-runner/core';
import { ASKS_FOR_MACHINES, type DrawFault, type DrawnFault } from '../scenario/faults';
import { GITHUB } from '../scenario/port-times';
import type { Allowances } from './allowances';
import type { Region } from './region';

interface Limits {
  readonly region: Region;
  readonly allowances: Allowances;
  /** Whether EC2 has so many machines left in its bucket. */
  readonly takeMachines: (count: number) => boolean;
}

/** The Region's end and what accounts may ask, before any other fault is drawn. */
export function withLimits(draw: DrawFault, { region, allowances, takeMachines }: Limits): DrawFault {
  return (port, method, args) => {
    const fault = draw(port, method, args);
    if (GITHUB.has(port)) {
      const retryAt = allowances.take(port === 'app' ? 0 : tenantOf(args), method);
      return retryAt === undefined ? fault : instead(fault, { kind: 'limited', retryAt });
    }
    const asks = ASKS_FOR_MACHINES.has(method);
    if (region.isDown) {
      const error = new Error('the Region does not answer');
      if (asks) return instead(fault, { kind: 'unknown', code: 'ServiceUnavailable', message: error.message });
      return { delay: fault.delay + SECOND, kind: 'fails', error };
    }
    if (asks && fault.kind === 'none' && !takeMachines(machinesIn(args)))
      return instead(fault, { kind: 'throttled', code: 'RequestLimitExceeded', message: 'too many machines' });
    return fault;
  };
}

const instead = ({ delay }: DrawnFault, answer: unknown): DrawnFault => ({ delay, kind: 'instead', answer });

export function tenantOf([first]: readonly unknown[]): number {
  if (typeof first === 'number') return first;
  return (first as { readonly installationId?: number } | undefined)?.installationId ?? 0;
}

function machinesIn([request]: readonly unknown[]): number {
  const { launchIds, machines } = request as { launchIds?: readonly string[]; machines?: number };
  return launchIds?.length ?? machines ?? 1;
}
