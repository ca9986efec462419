import { TAG } from '@multi-tenant-runner/core';

/** What was found out, or why not: a right that is missing, a service that does not answer. */
export type Fact<T> = { readonly known: true; readonly value: T } | { readonly known: false; readonly because: string };

/** By which the bill is split: docs/cost.md. */
export const COST_TAGS: readonly string[] = [TAG.tenantId, TAG.tenantTier, TAG.environment];

/** Everything that the checks judge, as plain data. Times are ISO 8601. */
export interface Facts {
  readonly now: string;
  readonly functions: Fact<readonly FunctionFact[]>;
  /** Of scale-up's event source mappings. */
  readonly triggers: Fact<{ readonly on: number; readonly off: number }>;
  readonly schedules: Fact<readonly { readonly name: string; readonly enabled: boolean }[]>;
  /** What each function did in the last ten minutes. */
  readonly runs: Fact<readonly RunFact[]>;
  readonly queues: Fact<readonly { readonly queue: string; readonly messages: number }[]>;
  readonly tables: Fact<readonly TableFact[]>;
  readonly alarms: Fact<readonly AlarmFact[]>;
  readonly logGroups: Fact<readonly { readonly name: string; readonly retentionDays?: number }[]>;
  /** What GitHub says to the App's key. */
  readonly key: Fact<KeyFact>;
  /** What GitHub says when the App asks for a token of one installation. */
  readonly token: Fact<KeyFact>;
  readonly app: Fact<AppFact>;
  readonly hook: Fact<HookFact>;
  readonly deliveries: Fact<{ readonly ok: number; readonly failed: number; readonly lastFailure?: string }>;
  readonly registry: Fact<RegistryFact>;
  readonly fleet: Fact<FleetFact>;
  /** Of tenants, that EC2 runs or starts; a pool's machine that waits for a job is nobody's. */
  readonly machines: Fact<readonly MachineFact[]>;
  /** Of On-Demand machines: what EC2 allows, and what all tenants' limits together could need. */
  readonly cpus: Fact<{ readonly quota: number; readonly needed: number }>;
  readonly subnets: Fact<readonly { readonly id: string; readonly free: number }[]>;
  readonly images: Fact<readonly ImageFact[]>;
  /** Of GitHub's runner, as GitHub has published them. */
  readonly releases: Fact<readonly ReleaseFact[]>;
  readonly costTags: Fact<readonly { readonly key: string; readonly active: boolean }[]>;
}

export interface FunctionFact {
  readonly name: string;
  /** Undefined: there is none of that name. */
  readonly state?: string;
  readonly lastUpdate?: string;
  readonly runtime?: string;
}

export interface RunFact {
  readonly name: string;
  readonly invocations: number;
  readonly errors: number;
  readonly throttles: number;
}

export interface TableFact {
  readonly name: string;
  readonly pointInTimeRecovery: boolean;
  readonly deletionProtection: boolean;
}

export interface AlarmFact {
  readonly name: string;
  readonly state: string;
  /** It notifies somebody. */
  readonly armed: boolean;
}

export interface KeyFact {
  /** Undefined: GitHub took it. */
  readonly refused?: string;
}

export interface AppFact {
  readonly slug: string;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  /** `check_runs` of the module. */
  readonly showsChecks: boolean;
  /** How far this clock is from GitHub's. */
  readonly clockSkewSeconds: number;
}

export interface HookFact {
  readonly url?: string;
  readonly contentType?: string;
  readonly insecureSsl: boolean;
  readonly hasSecret: boolean;
}

/** Installation ids. */
export interface RegistryFact {
  readonly atGitHub: readonly number[];
  /** Of these, the ones that have not granted checks: write. */
  readonly withoutChecks: readonly number[];
  readonly here: readonly number[];
  /** There are more than were looked at, so that what is missing says nothing. */
  readonly partial: boolean;
}

export interface MachineFact {
  readonly instanceId: string;
  /** When EC2 started it. */
  readonly since: string;
}

export interface FleetFact {
  /** There are more tenants than were looked at. */
  readonly isSample: boolean;
  readonly tenants: readonly TenantFact[];
  readonly launches: readonly LaunchFact[];
  readonly jobs: readonly JobFact[];
}

export interface TenantFact {
  readonly name: string;
  /** As its row says. */
  readonly slots: number;
  /** Its launches that hold a slot. */
  readonly launchesWithSlot: number;
  readonly maxRunners: number;
  readonly isUser: boolean;
  readonly openCircuits: readonly string[];
  readonly problems: readonly string[];
}

export interface LaunchFact {
  readonly launchId: string;
  readonly state: string;
  readonly updatedAt: string;
  readonly instanceId?: string;
  /** Of GitHub's runner, as the machine says: it explains, and proves nothing. */
  readonly runnerVersion?: string;
}

export interface JobFact {
  readonly jobId: number;
  readonly state: string;
  readonly reason?: string;
  readonly queuedAt: string;
  readonly nextTry?: string;
  readonly gated: boolean;
}

/** What a launch of a size would use now. */
export interface ImageFact {
  readonly size: string;
  readonly image: string;
  readonly exists: boolean;
  readonly createdAt?: string;
  /** Of GitHub's runner in it: the image's tag `ghr:runner_version`. */
  readonly runnerVersion?: string;
  /** Of GitHub's runner that machines install instead: `runner.binaries`. */
  readonly pinnedVersion?: string;
}

export interface ReleaseFact {
  /** Such as `2.336.0`. */
  readonly version: string;
  readonly publishedAt: string;
}
