import { SECOND } from '@multi-tenant-runner/core';
import { LOG_LEVELS, readConfig, type Env, type LogLevel } from '@multi-tenant-runner/runtime';

export interface CallbacksConfig {
  readonly environment: string;
  readonly logLevel: LogLevel;
  readonly tenantsTable: string;
  readonly recoveryTable: string;
  readonly queueUrl: string;
  /** Milliseconds in which an endpoint has to answer. */
  readonly timeout: number;
}

export function parseCallbacksConfig(env: Env): CallbacksConfig {
  return readConfig(env, (reader) => ({
    environment: reader.string('ENVIRONMENT'),
    logLevel: reader.oneOf('LOG_LEVEL', LOG_LEVELS),
    tenantsTable: reader.string('TENANTS_TABLE'),
    recoveryTable: reader.string('RECOVERY_TABLE'),
    queueUrl: reader.string('CALLBACKS_QUEUE_URL'),
    timeout: reader.integer('CALLBACK_TIMEOUT_SECONDS', { min: 1 }) * SECOND,
  }));
}
