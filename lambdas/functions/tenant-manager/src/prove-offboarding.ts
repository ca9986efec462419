import { describeSurvey, leftOf, recordOfSurvey } from '@multi-tenant-runner/core';
import type { TenantManagerDeps } from './deps';

/**
 * Runs when a clean-up says that nothing is left: looks again, in every place, and keeps in the audit trail what was
 * looked for and not found. What came up in between is cleaned up first.
 *
 * @param change the write that said so: the same each time that the stream hands it out, so that one entry stands
 */
export async function proveOffboarding(
  {
    installationId,
    id,
    at = new Date(0),
  }: { readonly installationId: number; readonly id?: string; readonly at?: Date },
  deps: TenantManagerDeps,
): Promise<void> {
  await deps.locks?.end(installationId, deps.clock.now());
  let survey = await deps.survey(installationId);
  if (leftOf(survey).some(({ found }) => found > 0)) {
    await deps.cleanUp(installationId);
    survey = await deps.survey(installationId);
  }
  const { done, sentence } = describeSurvey(survey, { status: 'deleted', cleanup: 'done' });
  await deps.audit.record({
    installationId,
    at: at.toISOString(),
    id: `${id ?? survey.at}-proof`,
    action: done ? 'tenant.offboarding-proved' : 'tenant.offboarding-looked-at',
    actor: 'tenant-manager',
    via: 'module',
    reason: sentence,
    after: recordOfSurvey(survey),
  });
  deps.log.info('Looked for what is left of an offboarded tenant', { tenant_id: installationId, done, sentence });
}
