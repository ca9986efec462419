import { createAppPlatform } from '@multi-tenant-runner/aws';
import { APPS_SWEEP, createHandler } from '@multi-tenant-runner/deployer/handler';
import { platformOf } from '@multi-tenant-runner/deployer/test/platform-of';
import { createRunnerBuilds } from '@multi-tenant-runner/github';
import { MINUTE, SECOND, type AppGitHub, type AppSettings } from '@multi-tenant-runner/core';
import {
  createFakeAws,
  createInMemoryApps,
  createInMemoryDns,
  createRecordingMetrics,
  type FakeAws,
  type InMemoryApps,
} from '@multi-tenant-runner/testing';
import type { BatchResponse, LambdaContext } from '@multi-tenant-runner/runtime';
import { createLambda, type Container } from '../engine/lambda';
import { SILENT } from '../silent-log';
import { createAppAws, type AppAwsDeps } from './app-aws';
import { createAppQueue, type AppQueue } from './app-queue';
import { slow } from './slow';

export interface AppPlaneDeps extends Omit<AppAwsDeps, 'aws'> {
  readonly settings: AppSettings;
  readonly loadBalancers: number;
  readonly github: AppGitHub;
}

/** The deployer with what it is told by: its queue, the stream of its table, its schedule. */
export interface AppPlane {
  readonly aws: FakeAws;
  readonly tables: InMemoryApps;
  readonly queue: AppQueue;
  readonly invocations: () => number;
}

/** As modules/apps has them. */
const [TIMEOUT, CONCURRENCY, BATCH] = [120 * SECOND, 50, 10];
const VISIBILITY = 6 * TIMEOUT;
/** Of a container's own: small calls of DynamoDB, and those to GitHub. */
const [ROWS, CALLS] = [
  [3, 12],
  [80, 400],
] as const;
const RULES = 100;

export function createAppPlane(deps: AppPlaneDeps): AppPlane {
  const { scheduler, random } = deps;
  const aws = createFakeAws();
  const tables = createInMemoryApps(deps.settings);
  const loadBalancers = Array.from({ length: deps.loadBalancers }, (_, index) => ({
    listenerArn: `listener-${index}`,
    securityGroupId: `sg-${index}`,
    rules: RULES,
    firstPriority: 1_000,
  }));
  // The module's default.
  const figures = { fiveXxPercent: 5, minimumRequests: 20, periodSeconds: 60, periods: 2 };
  const platform = { ...platformOf('sim'), loadBalancers, rollbackAlarms: { names: [], figures } };
  let leases = 0;
  const start = (container: Container) => {
    const github = slow(deps.github, CALLS, { container, scheduler, random });
    return createHandler({
      environment: 'sim',
      apps: slow(tables.apps, ROWS, { container, scheduler, random }),
      deployments: slow(tables.deployments, ROWS, { container, scheduler, random }),
      tenants: slow({ get: async (id: number) => activeTenant(id) }, ROWS, { container, scheduler, random }),
      platform: createAppPlatform(createAppAws({ ...deps, aws }, container), platform),
      builderOf: () => createRunnerBuilds({ github, workflow: 'mtr-deploy.yml' }),
      github,
      dns: createInMemoryDns(),
      archiveLimits: { bytes: 1_000_000, unpackedBytes: 1_000_000, files: 100, ratio: 100 },
      leaseTime: TIMEOUT + 30 * SECOND,
      previewLifetime: 24 * 60 * MINUTE,
      newLeaseName: () => `deployer ${(leases += 1)}`,
      clock: scheduler.clock,
      log: SILENT,
      metrics: createRecordingMetrics(),
      parseImage: (image) => image,
    });
  };
  const lambda = createLambda<unknown, BatchResponse | undefined>(
    'deployer',
    TIMEOUT,
    (container) => start(container) as (event: unknown, context: LambdaContext) => Promise<BatchResponse | undefined>,
    scheduler,
  );
  const queue = createAppQueue({ lambda, scheduler, concurrency: CONCURRENCY, batch: BATCH, visibility: VISIBILITY });
  const sweep = (): void => {
    lambda.invoke({ source: APPS_SWEEP }, () => undefined);
    scheduler.after(MINUTE, sweep);
  };
  scheduler.after(MINUTE, sweep);
  return { aws, tables, queue, invocations: () => lambda.invocations };
}

function activeTenant(installationId: number) {
  return {
    kind: 'tenant' as const,
    installationId,
    problems: [],
    slotsBroken: false,
    tenant: {
      installationId,
      orgName: `org-${installationId}`,
      orgType: 'Organization' as const,
      status: 'active' as const,
      tier: 'small',
      maxRunners: 1,
      maxRunnersFromRow: true,
      slotsHeld: 0,
      slotChanges: 0,
      caps: {},
      circuits: new Map(),
    },
  };
}
