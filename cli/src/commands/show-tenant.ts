import type { Answer } from '../answer';
import type { Fleet } from '../fleet';
import { findTenant } from '../read/find-tenant';
import type { Files } from '../local-files';
import { namespaceFields } from './namespaces';
import { offboardingFields } from './offboarding';
import { tenantFields } from './tenants';

/** @param settings path of the settings of the tenants' namespaces, where they have any */
export async function showTenant(
  name: string,
  { settings, files }: { readonly settings?: string; readonly files: Files },
  fleet: Fleet,
): Promise<Answer> {
  const lookup = await findTenant(name, fleet.directory);
  const namespace = settings === undefined ? {} : namespaceFields(lookup, settings, files);
  const offboarding = await offboardingFields(lookup, fleet);
  return { kind: 'fields', fields: { ...tenantFields(lookup), ...offboarding, ...namespace } };
}
