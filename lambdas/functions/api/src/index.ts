import {
  createClientConfig,
  createDynamoDbClient,
  createDynamoTenantLifecycle,
  createDynamoTenantRegistry,
} from '@multi-tenant-runner/aws';
import { createLog, systemClock, writeLine } from '@multi-tenant-runner/runtime';
import { createTokenVerifier } from './access/verify-token';
import { parseApiConfig } from './config';
import { createHandler } from './handler';

const config = parseApiConfig(process.env);
const clock = systemClock;
const dynamoDb = createDynamoDbClient(createClientConfig(process.env, { timeout: 2_000, attempts: 2 }));
const { tiers, defaultTier } = config;
const tenants = { client: dynamoDb, tableName: config.tables.tenants };

export const handler = createHandler({
  registry: createDynamoTenantRegistry({ ...tenants, tiers, defaultTier }),
  findByAccount: createDynamoTenantLifecycle({ ...tenants, clock }).findByAccount,
  verifyToken: createTokenVerifier({ issuers: config.issuers, clock, fetch }),
  clock,
  log: createLog({ level: config.logLevel, clock, write: writeLine }),
});
