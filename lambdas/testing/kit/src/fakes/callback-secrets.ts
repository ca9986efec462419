import { createCallbackSecrets, type CallbackSecrets, type Clock } from '@multi-tenant-runner/core';
import { createInMemoryVault, type InMemoryVault } from './vault';

export interface InMemoryCallbackSecrets extends CallbackSecrets {
  readonly vault: InMemoryVault;
}

/** Of the environment `test`; each secret is another one, and the same in each run. */
export function createInMemoryCallbackSecrets(clock: Clock): InMemoryCallbackSecrets {
  const vault = createInMemoryVault();
  let made = 0;
  const random = (): string => Buffer.from(`secret ${(made += 1)}`).toString('base64');
  return { vault, ...createCallbackSecrets({ environment: 'test', vault, clock, random }) };
}
