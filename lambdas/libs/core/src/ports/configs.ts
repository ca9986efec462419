/**
 * Where a runner's just-in-time configuration waits for its machine: under its tenant and its launch, so that nothing
 * that a machine says is part of the place. A throttle is thrown as `Throttled`.
 */
export interface ConfigStore {
  /** Writes or replaces the configuration of a launch. */
  put(entry: {
    readonly installationId: number;
    readonly launchId: string;
    readonly value: string;
    readonly tenantTier: string;
    readonly tier: string;
    readonly expiresAt: Date;
  }): Promise<void>;
  /**
   * The configuration, for the one machine that claimed it; undefined: there is none. A store may forget it with the
   * answer.
   */
  take(installationId: number, launchId: string): Promise<string | undefined>;
  remove(installationId: number, launchIds: readonly string[]): Promise<void>;
  /** Ids of the launches that have a configuration. */
  list(installationId: number): Promise<readonly string[]>;
}
