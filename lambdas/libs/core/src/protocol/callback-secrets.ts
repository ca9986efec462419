import { callbackParameter, renderSecrets, secretsIn } from '../model/callback';
import type { Clock } from '../model/time';
import type { Vault } from '../ports/vault';

/** The secrets that tenants' callbacks are signed with. */
export interface CallbackSecrets {
  /** Makes a new one, beside which the old one counts for a day. It is told to who asked, and nobody after. */
  renew(installationId: number): Promise<string>;
  /** The newest; undefined: there is none. */
  current(installationId: number): Promise<string | undefined>;
  remove(installationId: number): Promise<void>;
}

export interface CallbackSecretsDeps {
  readonly environment: string;
  readonly vault: Vault;
  readonly clock: Clock;
  /** 32 random bytes in base64. */
  readonly random: () => string;
}

/** Of the form that Standard Webhooks gives secrets: `whsec_` and base64. */
export function createCallbackSecrets({ environment, vault, clock, random }: CallbackSecretsDeps): CallbackSecrets {
  const nameOf = (installationId: number): string => callbackParameter(environment, installationId);
  return {
    renew: async (installationId) => {
      const name = nameOf(installationId);
      const secret = `whsec_${random()}`;
      await vault.put(name, renderSecrets(secret, await vault.get(name), clock.now()));
      return secret;
    },
    current: async (installationId) => {
      const stored = await vault.get(nameOf(installationId));
      return stored === undefined ? undefined : secretsIn(stored, clock.now())[0];
    },
    remove: (installationId) => vault.remove(nameOf(installationId)),
  };
}
