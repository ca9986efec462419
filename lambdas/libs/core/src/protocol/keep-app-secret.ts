import { claimSecret, setSecret } from '../decisions/app-secrets';
import type { App } from '../model/app';
import type { AppQuota } from '../model/app-settings';
import type { Clock } from '../model/time';
import type { AppSecretWriter, AppStore, SecretsOutcome } from '../ports';

export interface AppSecretDeps {
  readonly store: Pick<AppStore, 'setSecrets'>;
  readonly secrets: AppSecretWriter;
  readonly clock: Clock;
}

/**
 * Claims the secret's name within the quota, keeps its value, and writes into the app's row where that is. Whoever dies
 * between two of these steps leaves a name that counts until the next secret of the app, or a value which no version
 * reads and which goes with the app; asked again, it is set.
 *
 * @param app as it was read; only if no other write reaches its row meanwhile
 */
export async function keepAppSecret(
  app: App,
  { name, value }: { readonly name: string; readonly value: string },
  quota: AppQuota,
  { store, secrets, clock }: AppSecretDeps,
): Promise<SecretsOutcome> {
  const asked = clock.now();
  const claim = claimSecret(app, name, asked);
  const claimed = claim ? await store.setSecrets(app, { secrets: claim }, quota, asked) : { kind: 'set' as const, app };
  if (claimed.kind !== 'set') return claimed;
  const arn = await secrets.keep(claimed.app, name, value);
  const now = clock.now();
  return store.setSecrets(claimed.app, setSecret(claimed.app, { name, arn }, now), quota, now);
}
