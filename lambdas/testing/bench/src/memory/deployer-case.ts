import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  createAppPlatform,
  createAwsApi,
  createClientConfig,
  createCodeBuild,
  createDynamoAppStore,
  createDynamoDeploymentStore,
  createDynamoTenantRegistry,
  fromAttributes,
  toAttributes,
} from '@multi-tenant-runner/aws';
import {
  EVENT_SOURCE,
  MINUTE,
  SECOND,
  appKeyOf,
  buildApp,
  namesOfApp,
  plus,
  renameKeys,
  toSnakeCase,
} from '@multi-tenant-runner/core';
import { createHandler } from '@multi-tenant-runner/deployer/handler';
import { archiveOf } from '@multi-tenant-runner/deployer/test/archive-of';
import { platformOf } from '@multi-tenant-runner/deployer/test/platform-of';
import { systemClock } from '@multi-tenant-runner/runtime';
import { SILENT } from '@multi-tenant-runner/simulator/silent-log';
import {
  createFakeAws,
  createInMemoryAppGitHub,
  createInMemoryDns,
  createRecordingMetrics,
  newApp,
} from '@multi-tenant-runner/testing';
import type { Beside, MemoryBench, MemoryCase } from './beside';
import { INSTALLATION, PREFIX, TENANT } from './names';

const TABLES = { tenants: `${PREFIX}-tenants`, apps: `${PREFIX}-apps`, deployments: `${PREFIX}-deployments` };
const [FIRST, SECOND_COMMIT] = ['a'.repeat(40), 'b'.repeat(40)] as const;
const LIMITS = { bytes: 52_428_800, unpackedBytes: 524_288_000, files: 20_000, ratio: 100 };
const figures = { fiveXxPercent: 5, minimumRequests: 20, periodSeconds: 60, periods: 2 };
const PLATFORM = {
  ...platformOf(INSTALLATION),
  loadBalancers: [{ listenerArn: 'listener-0', securityGroupId: 'sg-alb-0', rules: 99, firstPriority: 1_000 }],
  rollbackAlarms: { names: [], figures },
};
const QUOTA = { apps: 99, tasks: 99, vcpu: 99, memoryGb: 99, secrets: 99, buildsPerHour: 99 };
const SETTINGS = {
  domain: 'apps.example.com',
  https: true,
  builder: 'codebuild',
  quotas: { small: { apps: 99, tasks: 99, vcpu: 99, memory_gb: 99, secrets: 99, builds_per_hour: 99 } },
  reserved_names: [],
};

const nameOf = (count: number): string => `shop${count}`;

export const DEPLOYER: MemoryCase = {
  name: 'deployer',
  event: "a version's image",
  make: (count) => record(imageEvent(count, SECOND_COMMIT)),
  beside: deployFirst,
};

const record = (event: object) => ({ Records: [{ messageId: 'message', body: JSON.stringify(event) }] });

function imageEvent(count: number, commit: string) {
  const { repository } = namesOfApp(INSTALLATION, nameOf(count));
  const detail = { 'action-type': 'PUSH', result: 'SUCCESS', 'repository-name': repository, 'image-tag': commit };
  return { source: 'aws.ecr', 'detail-type': 'ECR Image Action', detail };
}

function pushEvent(count: number, commit: string, at: Date) {
  const repository = {
    id: count + 1,
    full_name: `acme/${nameOf(count)}`,
    pushed_at: Math.floor(at.getTime() / SECOND),
  };
  const detail = { ref: 'refs/heads/main', after: commit, installation: { id: TENANT }, repository };
  return { source: EVENT_SOURCE, 'detail-type': 'push', detail };
}

/** As the module sets it. */
function platformVariable(): object {
  const { log, rollbackAlarms, ...rest } = PLATFORM;
  const told = { ...rest, rollbackAlarms: { names: rollbackAlarms.names, ...figures } };
  return { ...Object(renameKeys(told, toSnakeCase)), log_retention_days: log.retentionDays };
}

/** As many apps as there are events. Of each a version serves, and the next one is built and has left its image. */
async function deployFirst({ client, events }: MemoryBench): Promise<Beside> {
  const aws = createFakeAws();
  const github = createInMemoryAppGitHub();
  for (const commit of [FIRST, SECOND_COMMIT])
    github.archives.set(commit, archiveOf({ Dockerfile: 'FROM scratch', 'index.js': 'serve()' }));
  const settings = toAttributes({ app: '#settings', value: JSON.stringify(SETTINGS) });
  await client.send(new PutItemCommand({ TableName: TABLES.apps, Item: settings }));
  const apps = createDynamoAppStore({ client, tableName: TABLES.apps });
  const deployments = createDynamoDeploymentStore({ client, tables: TABLES });
  const env = {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 's',
    AWS_ENDPOINT_URL: 'http://aws',
  };
  const api = createAwsApi({ config: createClientConfig(env), fetch: aws.fetch, pause: 0 });
  const clock = systemClock;
  let leases = 0;
  const handler = createHandler({
    ...{ environment: INSTALLATION, apps, deployments, github, clock, log: SILENT, archiveLimits: LIMITS },
    tenants: createDynamoTenantRegistry({ client, tableName: TABLES.tenants, tiers: new Map(), defaultTier: 'small' }),
    platform: createAppPlatform(api, PLATFORM),
    builderOf: () => createCodeBuild(api, { ...PLATFORM, project: 'builder' }),
    dns: createInMemoryDns(),
    previewLifetime: 72 * 60 * MINUTE,
    leaseTime: MINUTE,
    newLeaseName: () => `bench ${(leases += 1)}`,
    metrics: createRecordingMetrics(),
    parseImage: fromAttributes,
  });
  const send = async (event: object): Promise<void> => {
    const answer = await handler(record(event), { awsRequestId: 'r', getRemainingTimeInMillis: () => 60_000 });
    if (answer?.batchItemFailures.length !== 0) throw new Error(`The deployer answered ${JSON.stringify(answer)}`);
  };
  const leaveImage = (count: number, commit: string): void => {
    const { repository } = namesOfApp(INSTALLATION, nameOf(count));
    aws.others.repositories.get(repository)?.set(commit, `sha256:${commit}`);
  };
  const declared = Array.from({ length: events }, (_, count) => {
    const repository = `acme/${nameOf(count)}`;
    return buildApp(newApp({ app: nameOf(count), installationId: TENANT, repoId: count + 1, repository }), clock.now());
  });
  for (const [count, app] of declared.entries()) {
    await apps.create(app, QUOTA);
    await send(pushEvent(count, FIRST, plus(clock.now(), -MINUTE)));
    leaveImage(count, FIRST);
    await send(imageEvent(count, FIRST));
  }
  aws.ecs.settle();
  for (const count of declared.keys()) {
    await send(imageEvent(count, FIRST));
    await send(pushEvent(count, SECOND_COMMIT, clock.now()));
    leaveImage(count, SECOND_COMMIT);
  }
  return {
    aws: aws.fetch,
    environment: {
      APPS_TABLE: TABLES.apps,
      DEPLOYMENTS_TABLE: TABLES.deployments,
      TIERS: '["small"]',
      WORKFLOW: 'mtr-deploy.yml',
      CODEBUILD_PROJECT: 'builder',
      PREVIEW_HOURS: '72',
      ARCHIVE_LIMITS: JSON.stringify(renameKeys(LIMITS, toSnakeCase)),
      PLATFORM: JSON.stringify(platformVariable()),
    },
    expectDone: async () => {
      const made = await Promise.all(
        declared.map(async (app) => (await deployments.page(appKeyOf(app), { limit: 1 })).deployments[0]),
      );
      const left = made.filter((one) => one?.state !== 'releasing' || one.commit !== SECOND_COMMIT || !one.askedAt);
      if (left.length > 0) throw new Error(`Not released: ${JSON.stringify(left[0])}`);
    },
  };
}
