import { object, text } from './json';
import type { InstallationFile } from './state';
import { emulatedEndpoint } from './webhook-address';

/** The APIs of a sandbox's module, where the emulator answers for them. */
export function apisOf({ outputs, aws }: InstallationFile): { readonly operators: string; readonly tenants: string } {
  const endpoints = object(object(outputs.api)?.['endpoints']);
  const address = (name: string): string => emulatedEndpoint(text(endpoints?.[name]) ?? '', aws.endpoint_url);
  return { operators: address('operators'), tenants: address('tenants') };
}
