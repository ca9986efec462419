import * as v from 'valibot';
import { integer, map, object, parse, string, strings, type Parsed } from './schema';

/** What a tenant may have at once; `vcpu` in vCPUs, `memoryGb` in GiB. */
export interface AppQuota {
  readonly apps: number;
  readonly tasks: number;
  readonly vcpu: number;
  readonly memoryGb: number;
  /** Of all its apps together. */
  readonly secrets: number;
  readonly buildsPerHour: number;
}

/** What the API and the deployer both know of the app plane: one row of the table of apps, which Terraform writes. */
export interface AppSettings {
  /** An app answers at `<app>.<domain>`. */
  readonly domain: string;
  /** Whether addresses begin with https. */
  readonly https: boolean;
  readonly builder: 'runner' | 'codebuild';
  /** By tier of the tenant. */
  readonly quotas: ReadonlyMap<string, AppQuota>;
  readonly reservedNames: readonly string[];
}

/** Of a tier that does not say, as in the module. */
const DEFAULT_SECRETS = 20;
const amount = v.custom<number>((value) => typeof value === 'number' && value >= 0, 'is not a number of at least 0');
const quota = v.pipe(
  object({
    apps: integer(),
    tasks: integer(),
    vcpu: amount,
    memory_gb: amount,
    secrets: v.optional(integer(), DEFAULT_SECRETS),
    builds_per_hour: integer(),
  }),
  v.transform(
    ({ memory_gb: memoryGb, builds_per_hour: buildsPerHour, ...rest }): AppQuota => ({
      ...rest,
      memoryGb,
      buildsPerHour,
    }),
  ),
);
const settings = v.pipe(
  object({
    domain: string,
    https: v.boolean('is not true or false'),
    builder: v.picklist(['runner', 'codebuild'], 'is not runner or codebuild'),
    quotas: map(quota),
    reserved_names: strings,
  }),
  v.transform(({ reserved_names: reservedNames, ...rest }): AppSettings => ({ ...rest, reservedNames })),
);

export function parseAppSettings(value: unknown): Parsed<AppSettings> {
  return parse(settings, value, { root: 'the settings of apps' });
}

/** Of the tenant's tier; a tier without a quota may have no app. */
export function quotaOf({ quotas }: Pick<AppSettings, 'quotas'>, tier: string): AppQuota {
  return quotas.get(tier) ?? { apps: 0, tasks: 0, vcpu: 0, memoryGb: 0, secrets: 0, buildsPerHour: 0 };
}

export function urlOf({ domain, https }: Pick<AppSettings, 'domain' | 'https'>, app: string): string {
  return `${https ? 'https' : 'http'}://${app}.${domain}`;
}
