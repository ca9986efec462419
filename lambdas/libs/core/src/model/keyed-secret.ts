import type { Launch } from './launch';

type LaunchKey = Pick<Launch, 'installationId' | 'launchId'>;

/**
 * A machine's secret that names its launch too, so that its row is found without an index. The name is a hint and
 * proves nothing: the row must name the machine, and have the hash of the secret.
 *
 * @param secret 43 characters of base64url
 */
export function keyedSecretOf(secret: string, { installationId, launchId }: LaunchKey): string {
  return `${secret}_${installationId}_${launchId}`;
}

/** Without a key, where none is named: then it is all secret. */
export function splitSecret(text: string): { readonly secret: string; readonly key?: LaunchKey } {
  const [, secret, installationId, launchId] = /^([A-Za-z0-9_-]{43})_(\d{1,15})_(\d{1,15}-\d{1,15})$/.exec(text) ?? [];
  if (secret === undefined || launchId === undefined) return { secret: text };
  return { secret, key: { installationId: Number(installationId), launchId } };
}
