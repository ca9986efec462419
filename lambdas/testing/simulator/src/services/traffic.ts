import { SECOND } from '@multi-tenant-runner/core';
import { ASKS_FOR_MACHINES, type DrawFault, type DrawnFault } from '../scenario/faults';
import { GITHUB } from '../scenario/port-times';
import type { Scheduler } from '../engine/scheduler';

export const SERVICES = ['RunInstances', 'EC2, other calls', 'SSM', 'DynamoDB', 'SQS and the bus', 'GitHub'] as const;
export type Service = (typeof SERVICES)[number];

/** What one service got in one part of the day. */
export interface Load {
  calls: number;
  /** Of the busiest second. */
  peak: number;
  throttled: number;
}

/** How many calls each service gets a second, by the part of the day, and how many it turned away. */
export interface Traffic {
  /** The same draw, counted. */
  counted(draw: DrawFault): DrawFault;
  of(part: string): ReadonlyMap<Service, Load>;
  /** Of one tenant's row, in the busiest second of the day: admissions and ends. */
  readonly hottestRow: number;
}

const OTHERS: Readonly<Record<string, Service>> = {
  fleet: 'EC2, other calls',
  blanks: 'EC2, other calls',
  securityGroups: 'EC2, other calls',
  queue: 'SQS and the bus',
  bus: 'SQS and the bus',
};
const isTurnedAway = (fault: DrawnFault): boolean =>
  (fault.kind === 'fails' && fault.error.name === 'Throttled') ||
  (fault.kind === 'instead' && ['throttled', 'limited'].includes((fault.answer as { kind?: string }).kind ?? ''));

export function createTraffic(scheduler: Scheduler, partOf: () => string, configs: Service): Traffic {
  const parts = new Map<string, Map<Service, Load>>();
  const seconds = new Map<Service, { at: number; calls: number }>();
  let rows = { at: 0, calls: new Map<number, number>() };
  let hottestRow = 0;

  const serviceOf = (port: string, method: string): Service => {
    if (ASKS_FOR_MACHINES.has(method)) return 'RunInstances';
    if (port === 'configs') return configs;
    return OTHERS[port] ?? (GITHUB.has(port) ? 'GitHub' : 'DynamoDB');
  };
  const loadOf = (service: Service): Load => {
    const part = partOf();
    const loads = parts.get(part) ?? new Map<Service, Load>();
    parts.set(part, loads);
    const load = loads.get(service) ?? { calls: 0, peak: 0, throttled: 0 };
    loads.set(service, load);
    return load;
  };
  const countRow = (at: number, [asked]: readonly unknown[]): void => {
    const [request] = [asked].flat();
    const { installationId, launch } = request as { installationId?: number; launch?: { installationId: number } };
    if (rows.at !== at) rows = { at, calls: new Map() };
    const tenant = installationId ?? launch?.installationId ?? 0;
    const calls = (rows.calls.get(tenant) ?? 0) + 1;
    rows.calls.set(tenant, calls);
    hottestRow = Math.max(hottestRow, calls);
  };
  return {
    counted: (draw) => (port, method, args) => {
      const fault = draw(port, method, args);
      const service = serviceOf(port, method);
      const load = loadOf(service);
      const at = Math.floor(scheduler.now() / SECOND);
      const second = seconds.get(service) ?? { at, calls: 0 };
      seconds.set(service, second);
      second.calls = second.at === at ? second.calls + 1 : 1;
      second.at = at;
      load.calls += 1;
      load.peak = Math.max(load.peak, second.calls);
      if (isTurnedAway(fault)) load.throttled += 1;
      if (port === 'admissions' && method !== 'read') countRow(at, args);
      return fault;
    },
    of: (part) => parts.get(part) ?? new Map(),
    get hottestRow() {
      return hottestRow;
    },
  };
}
