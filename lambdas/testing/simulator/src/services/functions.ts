import {
  GIVEN_LAUNCH_RATE,
  MINUTE,
  SECOND,
  leaseFor,
  type AdmissionSettings,
  type Log,
  type Metrics,
  type Ports,
} from '@multi-tenant-runner/core';
import { createHandler as createMachine } from '@multi-tenant-runner/machine/handler';
import { createHandler as createRecovery, type RecoveryReport } from '@multi-tenant-runner/recovery/handler';
import { RecentCapacityErrors } from '@multi-tenant-runner/scale-up/candidates';
import { createHandler as createScaleUp } from '@multi-tenant-runner/scale-up/handler';
import { createHandler as createScaleDown, type ScaleDownEvent } from '@multi-tenant-runner/scale-down/handler';
import type { SweepReport } from '@multi-tenant-runner/scale-down/sweep';
import { createHandler as createWebhook } from '@multi-tenant-runner/webhook/handler';
import type { BatchResponse, HttpRequest, HttpResponse, QueueRecord } from '@multi-tenant-runner/runtime';
import { MACHINE_URL, claimSecretFor, prices } from '@multi-tenant-runner/testing';
import type { Scheduler } from '../engine/scheduler';
import { APP_ID, WEBHOOK_SECRET } from './deliveries';
import { createLambda, type Container, type LambdaFunction } from '../engine/lambda';
import type { SimulatedSetup } from '../scenario/options';
import type { SimulationBus } from './events';
import type { PortCalls } from './ports';
import { putOffBy } from './put-off';
import { sharingOf } from './sharing';
import { startTenantManager } from './start-tenant-manager';
import { RECOVERY_TIMEOUT_SECONDS, TIMEOUTS, TIMEOUT_SECONDS } from './timeouts';

export interface Functions {
  readonly webhook: LambdaFunction<HttpRequest, HttpResponse>;
  readonly scaleUp: LambdaFunction<{ readonly Records: readonly QueueRecord[] }, BatchResponse>;
  readonly scaleDown: LambdaFunction<ScaleDownEvent, BatchResponse | SweepReport>;
  readonly tenantManager: LambdaFunction<unknown, BatchResponse | object | undefined>;
  readonly recovery: LambdaFunction<{ readonly source: string }, RecoveryReport>;
  readonly machine: LambdaFunction<HttpRequest, HttpResponse>;
}

export interface FunctionsDeps {
  readonly backend: Ports;
  readonly calls: PortCalls;
  /** The same for the function of the machines, whose faults are drawn apart: kept seeds show what they showed. */
  readonly machineCalls: PortCalls;
  readonly events: SimulationBus;
  readonly scheduler: Scheduler;
  readonly settings: AdmissionSettings;
  readonly environment: string;
  readonly setup: SimulatedSetup;
  readonly log: Log;
  readonly metrics: Metrics;
}
/** The functions' own handlers, wired as in their `index.ts`; each container has ports that can fail. */
export function createFunctions({
  backend,
  calls,
  machineCalls,
  events,
  scheduler,
  settings,
  environment,
  setup,
  log,
  metrics,
}: FunctionsDeps): Functions {
  const { clock } = scheduler;
  const shared = { environment, settings, prices: prices(), clock, log, metrics };
  const leaseMilliseconds = leaseFor(TIMEOUT_SECONDS);
  const portsOf = (container: Container) => {
    const through = <K extends keyof Ports>(name: K): Ports[K] => calls.through(name, backend[name], container);
    const registry = through('registry');
    return {
      ...shared,
      registry,
      tenants: registry,
      lifecycle: through('lifecycle'),
      jobs: through('jobs'),
      launches: through('launches'),
      admissions: through('admissions'),
      fleetSlots: through('fleetSlots'),
      queue: through('queue'),
      bus: through('bus'),
      fleet: through('fleet'),
      configs: through('configs'),
      securityGroups: through('securityGroups'),
      github: through('github'),
      app: through('app'),
      search: through('search'),
      recovery: through('recovery'),
      budgets: through('budgets'),
      usage: through('usage'),
    };
  };

  return {
    webhook: createLambda(
      'webhook',
      10 * SECOND,
      (container) => {
        const credentials = { appId: APP_ID, webhookSecrets: [WEBHOOK_SECRET] };
        const handle = createWebhook({
          ...portsOf(container),
          acceptsFrom: () => true,
          // Low enough that a simulated flood is above it.
          tenantRates: { rate: setup.deliveries ?? { perSecond: 5, burst: 60 }, byTier: new Map() },
          publishEvents: new Set<string>(),
          credentials: { current: async () => credentials, reread: async () => undefined },
        });
        return (request) => handle(request);
      },
      scheduler,
    ),
    scaleUp: createLambda(
      'scale-up',
      TIMEOUT_SECONDS * SECOND,
      (container) =>
        createScaleUp({
          ...portsOf(container),
          comeBack: putOffBy(container, events),
          capacityErrors: new RecentCapacityErrors(5 * MINUTE),
          scaleUp: {
            subnetIds: ['subnet-a', 'subnet-b'],
            launchTemplates: new Map([...settings.tiers].map(([tier]) => [tier, { id: `lt-${tier}`, version: '1' }])),
            maxReceiveCount: 5,
            leaseMilliseconds,
            grace: TIMEOUTS.grace,
            launchRate: {
              ...GIVEN_LAUNCH_RATE,
              ...(setup.calls && { calls: setup.calls }),
              ...(setup.machines && { machines: setup.machines }),
            },
            machinesACall: 25,
            machineUrl: MACHINE_URL,
          },
          claimSecretFor: async (clientToken) => claimSecretFor(clientToken),
          ...(setup.shared === true && { sharing: sharingOf({ backend, calls, settings }, container) }),
        }),
      scheduler,
    ),
    scaleDown: createLambda(
      'scale-down',
      TIMEOUT_SECONDS * SECOND,
      (container) =>
        createScaleDown({
          ...{ ...portsOf(container), checkRuns: calls.through('checkRuns', backend.checkRuns, container) },
          ...{ scaleDown: TIMEOUTS, leaseMilliseconds, maxReceiveCount: 5, comeBack: putOffBy(container, events) },
        }),
      scheduler,
    ),
    machine: createLambda(
      'machine',
      10 * SECOND,
      (container) => {
        const handle = createMachine({
          ...shared,
          launches: machineCalls.through('launches', backend.launches, container),
          configs: machineCalls.through('configs', backend.configs, container),
          bootTimeout: TIMEOUTS.bootTimeout,
        });
        return (request) => handle(request);
      },
      scheduler,
    ),
    recovery: createLambda(
      'recovery',
      RECOVERY_TIMEOUT_SECONDS * SECOND,
      (container) => {
        const ports = portsOf(container);
        return createRecovery({ ...ports, bookmarks: ports.launches });
      },
      scheduler,
    ),
    tenantManager: createLambda(
      'tenant-manager',
      TIMEOUT_SECONDS * SECOND,
      (container) => startTenantManager(container, portsOf(container)),
      scheduler,
    ),
  };
}
