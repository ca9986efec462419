// What the API answers, as docs/openapi.json has it; a test holds the facts of the tests against that document.

export interface Me {
  readonly role: 'operator' | 'tenant-admin' | 'tenant-user' | 'tenant-viewer';
  readonly installation_id?: number;
}

export interface Overview {
  readonly installation_id: number;
  readonly org_name: string;
  readonly status: string;
  readonly max_runners: number;
  readonly in_use: number;
  readonly running: number;
  readonly starting: number;
  readonly waiting: number;
  readonly at_least: boolean;
  readonly oldest_queued_at?: string;
  readonly reasons: readonly {
    readonly reason: string;
    readonly words: string;
    readonly ends: string;
    readonly actor: Actor;
    readonly jobs: number;
  }[];
  readonly open_circuits: readonly string[];
  readonly problems: readonly string[];
}

export type Actor = 'none' | 'operator' | 'tenant' | 'github' | 'aws';

export interface Explanation {
  readonly sentence: string;
  readonly state: string;
  readonly since: string;
  readonly position?: number;
  readonly ends?: string;
  readonly next_try?: string;
  readonly actor: Actor;
}

export interface JobFacts {
  readonly job_id: number;
  readonly run_id?: number;
  readonly repository: string;
  readonly size: string;
  readonly state: string;
  readonly queued_at: string;
  readonly held_by_github_since?: string;
  readonly starting_at?: string;
  readonly machine_asked_at?: string;
  readonly machine_ready_at?: string;
  readonly started_at?: string;
  readonly ended_at?: string;
  readonly conclusion?: string;
  readonly runner_name?: string;
  readonly restarts: number;
}

export interface Figures {
  readonly machines: number;
  readonly seconds: number;
  readonly usd: number;
  readonly unpriced: number;
}

export type SizeFigures = Figures & { readonly size: string };
export type DayFigures = Figures & { readonly day: string };
export type TenantFigures = SizeFigures & { readonly installation_id: number; readonly org_name?: string };

export interface TenantUsage {
  readonly month: string;
  readonly sizes: readonly SizeFigures[];
  readonly days: readonly DayFigures[];
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

export interface StartTimes {
  readonly size: string;
  readonly jobs: number;
  readonly waiting: Percentiles;
  readonly starting: Percentiles;
  readonly total: Percentiles;
}

export interface NetFacts {
  readonly what: string;
  readonly seen_to?: string;
  readonly behind_seconds?: number;
  readonly late: boolean;
}

export interface DeadLetters {
  readonly queue: string;
  readonly messages: number;
  readonly has_source: boolean;
}

export interface LimitFacts {
  readonly limit: string;
  readonly used?: number;
  readonly of?: number;
  readonly left?: number | 'some' | 'none';
  readonly refills?: string;
}
