import type { EgressRule } from '@multi-tenant-runner/aws';
import { parseProtocolConfig, type ProtocolConfig } from '@multi-tenant-runner/wiring';
import { readConfig, type Env } from '@multi-tenant-runner/runtime';
import { ONBOARDING_MODES, type OnboardingPolicy } from './decide-admission';
import { parseEgressRules } from './parse-egress-rules';

export interface TenantManagerConfig extends ProtocolConfig {
  /** Whether each tenant has a security group of its own. */
  readonly tenantSecurityGroups: boolean;
  readonly vpcId: string;
  readonly egressRules: readonly EgressRule[];
  readonly onboarding: OnboardingPolicy;
}

export function parseTenantManagerConfig(env: Env): TenantManagerConfig {
  return readConfig(env, (reader) => ({
    ...parseProtocolConfig(reader),
    tenantSecurityGroups: reader.boolean('TENANT_SECURITY_GROUPS'),
    vpcId: reader.string('VPC_ID'),
    egressRules: reader.json<readonly EgressRule[]>('EGRESS_RULES', [], parseEgressRules),
    onboarding: {
      mode: reader.oneOf('ONBOARDING_MODE', ONBOARDING_MODES),
      allowedAccounts: new Set(reader.strings('ALLOWED_ACCOUNTS').map((account) => account.toLowerCase())),
    },
  }));
}
