import type { Postgres } from '../../../setup/postgres.mjs';
import type { Emulator } from '../../lib/emulator';
import type { Terraform } from '../../lib/example';
import type { SandboxPaths } from '../../lib/state';
import type { Checks } from '../kit/checks';

export const SUFFIX = 'synth101912368';
export const TENANTS = ['acme-corp', 'globex-inc', 'initech-llc'] as const;
export const LEAVING = 'globex-inc';
/** The emulator, as AWS, makes no new cluster of the version that the example was drawn with. */
const VERSION = '-var=engine_version=15.10';

/** Where the second plan has found nothing to change, asking AWS for everything again takes ten seconds. */
export const AS_KNOWN = '-refresh=false';

export interface SaasContext {
  readonly terraform: Terraform;
  readonly aws: Emulator['aws'];
  readonly launcher: Emulator['launcher'];
  /** What stands for Aurora; absent: this machine has no PostgreSQL. */
  readonly database?: Postgres;
  readonly paths: SandboxPaths;
  readonly checks: Checks;
  readonly step: <T>(title: string, work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
  /** Stop while all three tenants are there. */
  readonly keep: boolean;
}

/** What differs for a tenant from the example's defaults. */
export interface Tenant {
  readonly priority?: number;
  readonly image?: string;
}

export const hostOf = (tenant: string): string => `${tenant}.example.com`;
export const bucketOf = (tenant: string): string => `saas-platform-${tenant}-data-${SUFFIX}`;
/** Where the load balancer answers. */
export const balancerOf = (aws: Emulator['aws']): string => `${aws.endpoint_url}/_alb/saas-${SUFFIX}`;

/** The arguments of Terraform for some of the three tenants, with what differs, and for others. */
export function variables(
  tenants: readonly string[],
  different: Readonly<Record<string, Tenant>> = {},
): readonly string[] {
  const usual = TENANTS.map((tenant, index) => [tenant, { priority: index + 1, ...different[tenant] }] as const);
  const all = { ...different, ...Object.fromEntries(usual.filter(([tenant]) => tenants.includes(tenant))) };
  return [VERSION, `-var=environment_suffix=${SUFFIX}`, `-var=tenants=${JSON.stringify(all)}`];
}
