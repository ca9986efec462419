import type { Json } from '../lib/json';
import { spendFirst, type Limited } from './spend';

/** GitHub's answers that a fault may stand for. `slow` lets the call pass after `seconds`. */
export type GitHubFaultKind = 'status' | 'rate_limit' | 'secondary_limit' | 'slow';

export interface GitHubFault extends Limited {
  readonly kind: GitHubFaultKind;
  readonly installationId?: number;
  /** A part of `POST /orgs/{org}/actions/runners/generate-jitconfig`. */
  readonly route?: string;
  readonly status: number;
  readonly seconds: number;
  /** Until when a limit holds, in milliseconds since 1970. */
  readonly until?: number;
}

/**
 * `drop`: never sent, listed as failed. `duplicate`: sent twice. `delay`: sent after `seconds`, so that later ones
 * overtake it.
 */
export type DeliveryFaultKind = 'drop' | 'duplicate' | 'delay';

export interface DeliveryFault extends Limited {
  readonly kind: DeliveryFaultKind;
  readonly installationId?: number;
  readonly event?: string;
  readonly action?: string;
  readonly seconds: number;
}

/** `never_boots`: EC2 starts the machine, and nothing ever runs on it. */
export interface MachineFault extends Limited {
  readonly kind: 'never_boots';
  readonly installationId?: number;
}

/** Faults on demand, outside AWS: each applies as often as it says, the oldest first. */
export interface Faults {
  readonly addGitHub: (fault: GitHubFault) => void;
  readonly addDelivery: (fault: DeliveryFault) => void;
  readonly addMachine: (fault: MachineFault) => void;
  readonly takeGitHub: (
    call: { readonly route: string; readonly installationId?: number },
    now: number,
  ) => GitHubFault | undefined;
  readonly takeDelivery: (delivery: {
    readonly event: string;
    readonly action: string | undefined;
    readonly installationId: number | undefined;
  }) => DeliveryFault | undefined;
  readonly takeMachine: (installationId: number | undefined) => MachineFault | undefined;
  readonly list: () => Json;
  readonly reset: () => void;
}

export function createFaults(): Faults {
  const github: GitHubFault[] = [];
  const deliveries: DeliveryFault[] = [];
  const machines: MachineFault[] = [];
  return {
    addGitHub: (fault) => void github.push(fault),
    addDelivery: (fault) => void deliveries.push(fault),
    addMachine: (fault) => void machines.push(fault),
    takeGitHub: (call, now) =>
      spendFirst(github, (fault) => concerns(fault, call) && (fault.until === undefined || fault.until > now)),
    takeDelivery: ({ event, action, installationId }) =>
      spendFirst(
        deliveries,
        (fault) =>
          isFor(fault.installationId, installationId) && isFor(fault.event, event) && isFor(fault.action, action),
      ),
    takeMachine: (installationId) => spendFirst(machines, (fault) => isFor(fault.installationId, installationId)),
    list: () => ({ github, deliveries, machines }),
    reset: () => {
      for (const list of [github, deliveries, machines]) list.length = 0;
    },
  };
}

function concerns(fault: GitHubFault, call: { readonly route: string; readonly installationId?: number }): boolean {
  if (!isFor(fault.installationId, call.installationId)) return false;
  if (fault.route !== undefined) return call.route.includes(fault.route);
  // An installation's tokens use its limits; minting one is a call of the App itself.
  return fault.kind === 'status' || fault.kind === 'slow' || !call.route.includes(' /app/');
}

function isFor<T>(wanted: T | undefined, given: T | undefined): boolean {
  return wanted === undefined || wanted === given;
}
