export interface Expectation {
  readonly expectation: string;
  readonly held: boolean;
  readonly detail?: string;
}

export interface TenantReport {
  readonly tenant: string;
  readonly installation_id: number;
  readonly tier: string;
  readonly jobs: number;
  readonly runners: number;
  readonly peak_runners: number;
  readonly limit: number;
  /** Jobs that waited for a slot or for the tenant to be active again, and the longest wait of one. */
  readonly waited: number;
  readonly longest_wait_seconds: number;
  readonly result: string;
}

export interface DemoReport {
  readonly tenants: readonly TenantReport[];
  readonly checks: readonly Expectation[];
  readonly metrics: Readonly<Record<string, number>>;
  readonly upgrade_command: string;
}

export interface DemoResult {
  readonly ok: boolean;
  readonly result: DemoReport;
  readonly table: string;
}
