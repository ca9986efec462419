import {
  createClientConfig,
  createDeadLetters,
  createDynamoApiState,
  createDynamoAuditTrail,
  createDynamoBookmarks,
  createDynamoDbClient,
  createDynamoJobStore,
  createDynamoLaunchStore,
  createDynamoTenantDirectory,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
  createDynamoUsageBooks,
  createDynamoUsageCorrections,
  createDynamoLockStore,
  createLambdaClient,
  createLaunchTriggers,
  createParameterReader,
  createSqsClient,
  createSqsJobQueue,
  createSsmClient,
} from '@multi-tenant-runner/aws';
import { createLog, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { readFile } from 'node:fs/promises';
import { createLinkKeys } from './access/link-keys';
import { createLinks } from './access/links';
import { createTokenVerifier } from './access/verify-token';
import { parseApiConfig } from './config';
import { createHandler } from './handler';
import { createCursors } from './http/cursor';

const { tables, tiers, defaultTier, endpoints, linkKeyParameter, ...config } = parseApiConfig(process.env);
const clock = systemClock;
const clients = createClientConfig(process.env, { timeout: 2_000, attempts: 2 });
const client = createDynamoDbClient(clients);
const tenants = { client, tableName: tables.tenants, tiers, defaultTier };
const sqs = createSqsClient(clients);
const state = createDynamoApiState({ client, tableName: tables.api });
const readParameters = createParameterReader({ client: createSsmClient(clients) });
const hasLinks = linkKeyParameter !== undefined && endpoints.tenants !== undefined;

export const handler = createHandler({
  tiers,
  registry: createDynamoTenantRegistry(tenants),
  findByAccount: createDynamoTenantLifecycle({ ...tenants, clock }).findByAccount,
  directory: createDynamoTenantDirectory(tenants),
  jobs: createDynamoJobStore({ client, tableName: tables.jobs, clock }),
  launches: createDynamoLaunchStore({ client, tableName: tables.launches, clock }),
  queue: createSqsJobQueue({ client: sqs, tierQueueUrls: config.tierQueueUrls }),
  recovery: createDynamoBookmarks({ client, tableName: tables.recovery, clock }),
  usage: createDynamoUsageBooks({ client, tableName: tables.usage }),
  corrections: createDynamoUsageCorrections({ client, tableName: tables.usage }),
  audit: createDynamoAuditTrail({ client, tableName: tables.audit }),
  state,
  locks: createDynamoLockStore({ client, tableName: tables.api }),
  deadLetters: createDeadLetters(sqs, async () => config.queueUrls),
  triggers: createLaunchTriggers(createLambdaClient(clients), async () => config.launchTriggers),
  cursors: createCursors(state.key),
  rates: config.rates,
  verifyToken: createTokenVerifier({ issuers: config.issuers, clock, fetch }),
  links: createLinks(createLinkKeys({ parameter: linkKeyParameter, readParameters, clock })),
  pageUrl: hasLinks ? `${endpoints.tenants}/v1/page` : undefined,
  // build.mjs puts it beside the bundle.
  readPage: async () => JSON.parse(await readFile(new URL('page.json', import.meta.url), 'utf8')),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});
