import { type Parsed, object, oneOf, optional, parse, string } from '@multi-tenant-runner/core';
import * as v from 'valibot';

/** Whose tokens count, and what in them names the tenant. */
export interface Issuer {
  readonly issuer: string;
  readonly audience: string;
  /**
   * `claims`: the tenant and the role are claims of their own. `github`: a workflow job's own token, whose repository's
   * owner is the tenant's account.
   */
  readonly kind: 'claims' | 'github';
  readonly tenantClaim: string;
  readonly roleClaim: string;
}

// A key fetched over plain HTTP could be anybody's; a laptop's own address is nobody else's.
const address = v.pipe(string, v.regex(/^(https:\/\/|http:\/\/127\.0\.0\.1(:\d+)?(\/|$))/, 'is not an https address'));
const issuer = object({
  issuer: address,
  audience: string,
  kind: oneOf(['claims', 'github']),
  tenant_claim: optional(string),
  role_claim: optional(string),
});
const issuers = v.array(issuer, 'is not a list');

/** `[{ "issuer": "https://…", "audience": "…", "kind": "claims", "tenant_claim": "…", "role_claim": "…" }]` */
export function parseIssuers(value: unknown): Parsed<readonly Issuer[]> {
  const parsed = parse(issuers, value, { root: '' });
  if (!parsed.ok) return parsed;
  return {
    ok: true,
    value: parsed.value.map(({ tenant_claim = 'tenant_id', role_claim = 'role', ...rest }) => ({
      ...rest,
      tenantClaim: tenant_claim,
      roleClaim: role_claim,
    })),
  };
}
