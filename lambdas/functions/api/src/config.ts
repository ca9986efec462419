import type { Tiers } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readTierNames, readConfig, type Env, type LogLevel } from '@multi-tenant-runner/runtime';
import { parseIssuers, type Issuer } from './access/issuers';

export interface ApiConfig {
  readonly logLevel: LogLevel;
  readonly tables: { readonly tenants: string };
  readonly tiers: Tiers;
  readonly defaultTier: string;
  /** Empty: operators alone. */
  readonly issuers: readonly Issuer[];
}

export function parseApiConfig(env: Env): ApiConfig {
  return readConfig(env, (reader) => ({
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    tables: { tenants: reader.string('TENANTS_TABLE') },
    ...readTierNames(reader),
    issuers: reader.json<readonly Issuer[]>('TOKEN_ISSUERS', [], parseIssuers),
  }));
}
