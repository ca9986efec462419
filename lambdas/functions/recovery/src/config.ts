import { readConfig, type Env } from '@multi-tenant-runner/runtime';
import { parseAppConfig, type AppConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';

export interface RecoveryConfig extends AppConfig {
  readonly tables: Pick<ProtocolConfig['tables'], 'tenants' | 'jobs'> & { readonly recovery: string };
  readonly eventBusName: string;
}

export function parseRecoveryConfig(env: Env): RecoveryConfig {
  return readConfig(env, (reader) => ({
    ...parseAppConfig(reader),
    tables: {
      tenants: reader.string('TENANTS_TABLE'),
      jobs: reader.string('JOBS_TABLE'),
      recovery: reader.string('RECOVERY_TABLE'),
    },
    eventBusName: reader.string('EVENT_BUS_NAME'),
  }));
}
