import type { EgressRule } from '@multi-tenant-runner/aws';
import { parseProtocolConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';
import { readConfig, type Env, type EnvReader } from '@multi-tenant-runner/runtime';
import { ONBOARDING_MODES, type AllowedAccounts, type OnboardingPolicy } from './decide-admission';
import { parseAllowedAccounts } from './parse-allowed-accounts';
import { parseEgressRules } from './parse-egress-rules';

const NO_ACCOUNTS: AllowedAccounts = { ids: new Set(), logins: new Set() };

export interface TenantManagerConfig extends ProtocolConfig {
  /** Whether each tenant has a security group of its own. */
  readonly tenantSecurityGroups: boolean;
  readonly auditTable: string;
  /** With the tenants' locks; absent: there is no API. */
  readonly apiTable?: string;
  readonly vpcId: string;
  readonly egressRules: readonly EgressRule[];
  readonly onboarding: OnboardingPolicy;
}

export function parseTenantManagerConfig(env: Env): TenantManagerConfig {
  return readConfig(env, (reader) => ({
    ...parseProtocolConfig(reader),
    ...apiTableOf(reader),
    tenantSecurityGroups: reader.boolean('TENANT_SECURITY_GROUPS'),
    auditTable: reader.string('AUDIT_TABLE'),
    vpcId: reader.string('VPC_ID'),
    egressRules: reader.json<readonly EgressRule[]>('EGRESS_RULES', [], parseEgressRules),
    onboarding: {
      mode: reader.oneOf('ONBOARDING_MODE', ONBOARDING_MODES),
      allowedAccounts: reader.json('ALLOWED_ACCOUNTS', NO_ACCOUNTS, parseAllowedAccounts),
    },
  }));
}

function apiTableOf(reader: EnvReader): Pick<TenantManagerConfig, 'apiTable'> {
  const apiTable = reader.optionalString('API_TABLE');
  return apiTable === undefined ? {} : { apiTable };
}
