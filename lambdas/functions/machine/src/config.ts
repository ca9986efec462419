import { MINUTE } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readConfig, type Env, type LogLevel } from '@multi-tenant-runner/runtime';

export interface MachineConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly launchesTable: string;
  /** Of the runners' configurations; absent: they are SSM parameters. */
  readonly configTable?: string;
  /** Absent: no size has a pool. */
  readonly poolTable?: string;
  /** Milliseconds from a machine's launch in which it may claim. */
  readonly bootTimeout: number;
}

export function parseMachineConfig(env: Env): MachineConfig {
  return readConfig(env, (reader) => {
    const configTable = reader.optionalString('CONFIG_TABLE');
    const poolTable = reader.optionalString('POOL_TABLE');
    return {
      environment: reader.string('ENVIRONMENT'),
      logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
      launchesTable: reader.string('LAUNCHES_TABLE'),
      ...(configTable !== undefined && { configTable }),
      ...(poolTable !== undefined && { poolTable }),
      bootTimeout: reader.integer('BOOT_TIMEOUT_MINUTES', { min: 1 }) * MINUTE,
    };
  });
}
