import { parsePools, parsePrices, type AdmissionSettings, type Pools, type Prices } from '@multi-tenant-runner/core';
import { parseNetworkConfig, type NetworkConfig } from './network';
import {
  IN_ENV,
  LOG_LEVELS,
  readAdmissionSettings,
  readShowsChecks,
  readTierQueueUrls,
  type EnvReader,
  type LogLevel,
} from '@multi-tenant-runner/runtime';

/** What every function needs that calls GitHub and sends jobs. */
export interface AppConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly settings: AdmissionSettings;
  readonly tierQueueUrls: ReadonlyMap<string, string>;
  readonly gitHubApiUrl: string;
  readonly network: NetworkConfig;
  readonly appIdParameter: string;
  readonly appKeyParameter: string;
  /** Whether GitHub shows on commits why jobs wait. */
  readonly showsChecks: boolean;
}

/** What every function needs that takes part in the launch protocol. */
export interface ProtocolConfig extends AppConfig {
  readonly tables: {
    readonly tenants: string;
    readonly jobs: string;
    readonly launches: string;
    readonly usage: string;
  };
  readonly prices: Prices;
  /** The operator's own tags, for every resource that is created at run time. */
  readonly runnerTags: Readonly<Record<string, string>>;
  /** Of the runners' configurations; absent: they are SSM parameters. */
  readonly configTable?: string;
  /** Absent: no size has a pool. */
  readonly pooling?: { readonly table: string; readonly pools: Pools };
  /** The function's timeout in seconds. */
  readonly timeout: number;
}

/** What stands for prices that can't be read, which is a problem of the environment. */
const NO_PRICES: Prices = { asOf: '', machineHour: new Map(), spotShare: 0, diskGbMonth: 0, diskGb: new Map() };

export function parseAppConfig(reader: EnvReader): AppConfig {
  const settings = readAdmissionSettings(reader);
  return {
    environment: reader.string('ENVIRONMENT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    settings,
    tierQueueUrls: readTierQueueUrls(reader, settings.tiers),
    gitHubApiUrl: reader.string('GITHUB_API_URL'),
    network: parseNetworkConfig(reader),
    appIdParameter: reader.string('GITHUB_APP_ID_PARAMETER'),
    appKeyParameter: reader.string('GITHUB_APP_KEY_PARAMETER'),
    showsChecks: readShowsChecks(reader),
  };
}

export function parseProtocolConfig(reader: EnvReader): ProtocolConfig {
  const configTable = reader.optionalString('CONFIG_TABLE');
  const maxRunnersTotal = reader.optionalInteger('MAX_RUNNERS_TOTAL');
  const { settings, ...config } = parseAppConfig(reader);
  return {
    ...config,
    settings: { ...settings, ...(maxRunnersTotal !== undefined && { maxRunnersTotal }) },
    ...(configTable !== undefined && { configTable }),
    tables: {
      tenants: reader.string('TENANTS_TABLE'),
      jobs: reader.string('JOBS_TABLE'),
      launches: reader.string('LAUNCHES_TABLE'),
      usage: reader.string('USAGE_TABLE'),
    },
    prices: reader.json<Prices>('PRICES', NO_PRICES, (value) => parsePrices(value, IN_ENV)),
    runnerTags: Object.fromEntries(reader.stringMap('RUNNER_TAGS')),
    timeout: reader.integer('FUNCTION_TIMEOUT_SECONDS', { min: 1 }),
  };
}

/** Of the functions that start machines before a job needs them, or end those. */
export function parsePooling(reader: EnvReader): Pick<ProtocolConfig, 'pooling'> {
  const [table, given] = [reader.optionalString('POOL_TABLE'), reader.optionalString('POOLS')];
  if (table === undefined || given === undefined) return {};
  return { pooling: { table, pools: reader.json<Pools>('POOLS', new Map(), (value) => parsePools(value, IN_ENV)) } };
}
