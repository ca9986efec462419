import {
  integer,
  object,
  optional,
  parse,
  string,
  type LinkPlaces,
  type Parsed,
  type Tiers,
} from '@multi-tenant-runner/core';
import {
  LOG_LEVELS,
  readConfig,
  readTierNames,
  readTierQueueUrls,
  type Env,
  type LogLevel,
} from '@multi-tenant-runner/runtime';
import { parseIssuers, type Issuer } from './access/issuers';

const tables = object({
  tenants: string,
  jobs: string,
  launches: string,
  audit: string,
  api: string,
  usage: string,
  recovery: string,
});
const endpoints = object({ operators: string, tenants: optional(string) });
const apps = object({
  prefix: string,
  region: string,
  tables: object({ apps: string, deployments: string }),
  webhook_function: string,
  push: optional(object({ role_arn: string, registry: string, repositories_arn: string })),
});
const places = object({ github_api_url: string, region: string, prefix: string });
const rates = object({ caller: integer(1), tenant: integer(1) });

export interface AppsConfig {
  readonly prefix: string;
  readonly region: string;
  readonly tables: { readonly apps: string; readonly deployments: string };
  readonly webhook_function: string;
  readonly push?:
    | { readonly role_arn: string; readonly registry: string; readonly repositories_arn: string }
    | undefined;
}

export interface ApiConfig {
  readonly logLevel: LogLevel;
  /** Names, by what is in them. */
  readonly tables: {
    readonly tenants: string;
    readonly jobs: string;
    readonly launches: string;
    readonly audit: string;
    readonly api: string;
    readonly usage: string;
    readonly recovery: string;
  };
  readonly tiers: Tiers;
  readonly defaultTier: string;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  /** Empty: operators alone. */
  readonly issuers: readonly Issuer[];
  /** Requests in a minute. */
  readonly rates: { readonly caller: number; readonly tenant: number };
  /** Addresses of all of the module's queues. */
  readonly queueUrls: readonly string[];
  /** Ids of scale-up's event source mappings. */
  readonly launchTriggers: readonly string[];
  /** Name of the function that looks for what a tenant has. */
  readonly tenantManager: string;
  /** Where links to GitHub and to logs lead. */
  readonly places: LinkPlaces;
  /** SSM parameter with the keys of signed links; undefined: there are none. */
  readonly linkKeyParameter: string | undefined;
  /** Undefined: there is no app plane. */
  readonly apps: AppsConfig | undefined;
  /** The environment whose callbacks there are; undefined: there are none. */
  readonly callbacksOf: string | undefined;
  /** The customer's key of parameters. */
  readonly parametersKey: string | undefined;
  /** Of the APIs; `tenants` only where tenants can come in. */
  readonly endpoints: { readonly operators: string; readonly tenants?: string | undefined };
}

const NO_PLACES: LinkPlaces = { gitHubApiUrl: '', region: '', prefix: '' };
const NO_ENDPOINTS = { operators: '' };
const NO_TABLES = { tenants: '', jobs: '', launches: '', audit: '', api: '', usage: '', recovery: '' };

function parsePlaces(value: unknown): Parsed<LinkPlaces> {
  const parsed = parse(places, value, { root: '' });
  if (!parsed.ok) return parsed;
  const { github_api_url: gitHubApiUrl, region, prefix } = parsed.value;
  return { ok: true, value: { gitHubApiUrl, region, prefix } };
}

export function parseApiConfig(env: Env): ApiConfig {
  return readConfig(env, (reader) => {
    const names = readTierNames(reader);
    return {
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      tables: reader.json('TABLES', NO_TABLES, (value) => parse(tables, value, { root: '' })),
      ...names,
      tierQueueUrls: readTierQueueUrls(reader, names.tiers),
      issuers: reader.json<readonly Issuer[]>('TOKEN_ISSUERS', [], parseIssuers),
      rates: reader.json('RATES', { caller: 1, tenant: 1 }, (value) => parse(rates, value, { root: '' })),
      queueUrls: reader.strings('QUEUE_URLS'),
      launchTriggers: reader.strings('LAUNCH_TRIGGERS'),
      tenantManager: reader.string('TENANT_MANAGER'),
      places: reader.json('PLACES', NO_PLACES, parsePlaces),
      callbacksOf: reader.optionalString('CALLBACKS_OF'),
      parametersKey: reader.optionalString('KMS_KEY_ARN'),
      linkKeyParameter: reader.optionalString('LINK_KEY_PARAMETER'),
      apps:
        reader.optionalString('APPS') === undefined
          ? undefined
          : reader.json<AppsConfig | undefined>('APPS', undefined, (value) => parse(apps, value, { root: '' })),
      endpoints: reader.json('ENDPOINTS', NO_ENDPOINTS, (value) => parse(endpoints, value, { root: '' })),
    };
  });
}
