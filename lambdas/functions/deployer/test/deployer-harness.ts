import {
  createAppPlatform,
  createAwsApi,
  createClientConfig,
  createCodeBuild,
  fromAttributes,
} from '@multi-tenant-runner/aws';
import {
  EVENT_SOURCE,
  HOUR,
  MINUTE,
  appKeyOf,
  buildApp,
  namesOfApp,
  setSecret,
  type App,
  type AppSettings,
  type Deployment,
  type NewApp,
  type TenantLookup,
} from '@multi-tenant-runner/core';
import { createRunnerBuilds } from '@multi-tenant-runner/github';
import {
  createFakeAws,
  createInMemoryAppGitHub,
  createInMemoryApps,
  createInMemoryDns,
  createRecordingLog,
  createRecordingMetrics,
  createTestClock,
  newApp,
  type FakeAws,
  type InMemoryAppGitHub,
  type InMemoryApps,
  type InMemoryDns,
  type RecordingLog,
  type RecordingMetrics,
  type TestClock,
} from '@multi-tenant-runner/testing';
import type { BatchResponse } from '@multi-tenant-runner/runtime';
import { APPS_SWEEP, createHandler } from '../src/handler';
import { SECRETS, platformOf, type AlarmsToChange } from './platform-of';
import { PLENTY, SETTINGS } from './settings';
import { tenantOf } from './tenant-of';

export { archiveOf } from './archive-of';
export { PLENTY, SETTINGS } from './settings';
export const TENANT = 1_001;
export const ENVIRONMENT = 'test';
export const PREVIEW_LIFETIME = 72 * HOUR;
const REPOSITORY = { id: 7, full_name: 'acme/shop' };
const CONTEXT = { awsRequestId: 'request', getRemainingTimeInMillis: () => 60_000 };

export interface DeployerHarness {
  readonly tables: InMemoryApps;
  readonly aws: FakeAws;
  readonly github: InMemoryAppGitHub;
  readonly dns: InMemoryDns;
  readonly clock: TestClock;
  readonly log: RecordingLog;
  readonly metrics: RecordingMetrics;
  readonly tenants: Map<number, TenantLookup>;
  /** Seconds for which events that failed were put off. */
  readonly putOff: readonly number[];
  /** As the module's `rollback_alarms`. */
  readonly rollbackAlarms: AlarmsToChange;
  settings(changes: Partial<AppSettings>): void;
  /** Sets a secret of an app as the API does: its value lies at the ARN that is answered. */
  secret(app: string, name: string): Promise<string>;
  /** Declares an app, and lets the deployer look at it. */
  declare(app: string, over?: Partial<NewApp>): Promise<App>;
  /** GitHub's event of a push, as the bus delivers it. */
  push(
    commit: string,
    over?: { readonly at?: Date; readonly before?: string; readonly tenant?: number; readonly defaultBranch?: string },
  ): Promise<BatchResponse | undefined>;
  /** GitHub's event of a pull request, which is as the pull requests of `github` say. */
  pull(number: number, action?: string): Promise<BatchResponse | undefined>;
  /** An event of AWS's own bus. */
  event(event: object): Promise<BatchResponse | undefined>;
  sweep(): Promise<void>;
  /** The build leaves its image, of which ECR sends an event. */
  built(app: string, commit: string): Promise<void>;
  /** Everything that goes on by itself does, a minute passes, and the sweep looks. */
  settle(rounds?: number): Promise<void>;
  app(name: string): Promise<App>;
  deployments(app: App): Promise<readonly Deployment[]>;
}

export function createDeployerHarness(): DeployerHarness {
  const clock = createTestClock();
  const aws = createFakeAws();
  const github = createInMemoryAppGitHub();
  const dns = createInMemoryDns();
  const tables = createInMemoryApps(SETTINGS);
  const log = createRecordingLog();
  const metrics = createRecordingMetrics();
  const tenants = new Map([[TENANT, tenantOf(TENANT)]]);
  const env = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const api = createAwsApi({ config: createClientConfig(env), fetch: aws.fetch, pause: 0 });
  const rollbackAlarms: AlarmsToChange = { ...platformOf(ENVIRONMENT).rollbackAlarms };
  const platform = { ...platformOf(ENVIRONMENT), rollbackAlarms };
  const putOff: number[] = [];
  let lease = 0;
  let secrets = 0;
  const onRunners = createRunnerBuilds({ github, workflow: 'mtr-deploy.yml' });
  const onCodeBuild = createCodeBuild(api, { ...platform, project: 'builder' });
  const handler = createHandler({
    environment: ENVIRONMENT,
    apps: tables.apps,
    deployments: tables.deployments,
    tenants: {
      get: async (installationId) => tenants.get(installationId) ?? { kind: 'none', installationId, problems: [] },
    },
    platform: createAppPlatform(api, platform),
    builderOf: ({ builder }) => (builder === 'codebuild' ? onCodeBuild : onRunners),
    github,
    dns,
    archiveLimits: { bytes: 10_000, unpackedBytes: 100_000, files: 100, ratio: 100 },
    previewLifetime: PREVIEW_LIFETIME,
    leaseTime: MINUTE,
    newLeaseName: () => `deployer ${(lease += 1)}`,
    clock,
    log,
    metrics,
    parseImage: fromAttributes,
    comeBack: { delay: async (_record, seconds) => void putOff.push(seconds), most: 12 * MINUTE },
  });
  const send = (event: object): Promise<BatchResponse | undefined> =>
    handler({ Records: [{ messageId: 'm', body: JSON.stringify(event) }] }, CONTEXT);
  const harness: DeployerHarness = {
    tables,
    aws,
    github,
    dns,
    clock,
    log,
    metrics,
    tenants,
    putOff,
    rollbackAlarms,
    secret: async (name, variable) => {
      const app = await harness.app(name);
      const arn = `${SECRETS}test/apps/${name}/${variable}/${(secrets += 1)}`;
      aws.others.secrets.add(arn);
      await tables.apps.setSecrets(app, setSecret(app, { name: variable, arn }, clock.now()), PLENTY, clock.now());
      return arn;
    },
    settings: (changes) => void (tables.settings = { ...SETTINGS, ...changes }),
    declare: async (app, over = {}) => {
      const declared = buildApp(newApp({ app, installationId: TENANT, ...over }), clock.now());
      const made = await tables.apps.create(declared, PLENTY);
      if (made.kind !== 'created') throw new Error(`The app ${app} could not be declared: ${made.kind}`);
      return declared;
    },
    push: (commit, { at = clock.now(), before, tenant = TENANT, defaultBranch } = {}) =>
      send({
        source: EVENT_SOURCE,
        'detail-type': 'push',
        detail: {
          ref: 'refs/heads/main',
          after: commit,
          ...(before !== undefined && { before }),
          installation: { id: tenant },
          repository: { ...REPOSITORY, pushed_at: Math.floor(at.getTime() / 1_000), default_branch: defaultBranch },
        },
      }),
    pull: (number, action = 'synchronize') =>
      send({
        source: EVENT_SOURCE,
        'detail-type': 'pull_request',
        detail: { action, number, installation: { id: TENANT }, repository: REPOSITORY },
      }),
    event: send,
    sweep: async () => void (await handler({ source: APPS_SWEEP }, CONTEXT)),
    built: async (app, commit) => {
      const { repository } = namesOfApp(ENVIRONMENT, app);
      aws.others.repositories.get(repository)?.set(commit, `sha256:${commit}`);
      const detail = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': commit };
      await send({ source: 'aws.ecr', 'detail-type': 'ECR Image Action', detail });
    },
    settle: async (rounds = 3) => {
      for (let round = 0; round < rounds; round += 1) {
        aws.ecs.settle();
        clock.advance(2 * MINUTE);
        await harness.sweep();
      }
    },
    app: async (name) => {
      const app = await tables.apps.get(name);
      if (app === undefined) throw new Error(`There is no app ${name}`);
      return app;
    },
    deployments: async (app) => (await tables.deployments.page(appKeyOf(app), { limit: 20 })).deployments,
  };
  return harness;
}
