import { isObject } from '@multi-tenant-runner/core';
import type { Answer } from '../answer';
import type { OperatorsApi } from '../aws/api';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';

export interface LinkRequest {
  readonly tenant: string;
  /** Kept in the audit trail. */
  readonly reason: string;
}

/** A link that shows a tenant its own page for fifteen minutes. */
export async function linkTo({ tenant, reason }: LinkRequest, fleet: Fleet, api: OperatorsApi): Promise<Answer> {
  const { installationId } = await findTenant(tenant, fleet.directory);
  const answer = await api.call('POST', `/tenants/${installationId}/links`, { 'x-reason': reason });
  const body: unknown = await answer.json().catch(() => undefined);
  const { url, expires_at: expiresAt, detail, message } = isObject(body) ? body : {};
  if (!answer.ok || typeof url !== 'string')
    throw new Problem(`The API answered ${answer.status}: ${String(detail ?? message ?? 'nothing more')}`, EXIT.failed);
  return {
    kind: 'fields',
    fields: { url, expires_at: String(expiresAt) },
    sentence: `Whoever has this link sees the page of ${tenant}, and nothing of another tenant.`,
  };
}
