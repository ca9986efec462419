import { MINUTE, type Clock } from '@multi-tenant-runner/core';
import { lazy } from '@multi-tenant-runner/runtime';
import type { ParameterReader } from './parameter-reader';

export interface AppCredentials {
  readonly appId: string;
  /** PEM. */
  readonly privateKey: string;
}

export interface AppCredentialsDeps {
  readonly readParameters: ParameterReader;
  readonly appIdParameter: string;
  readonly keyParameter: string;
  readonly clock: Clock;
}

/** How long a key stays cached after it was removed from the parameter. */
const MAX_AGE = 5 * MINUTE;

/** The App's id and key, read on first use. */
export function createAppCredentials({
  readParameters,
  appIdParameter,
  keyParameter,
  clock,
}: AppCredentialsDeps): () => Promise<AppCredentials> {
  return lazy(
    async () => {
      const values = await readParameters([appIdParameter, keyParameter]);
      const appId = values.get(appIdParameter)?.trim() ?? '';
      if (!/^\d+$/.test(appId))
        throw new Error(
          `The parameter ${appIdParameter} is not the numeric ID of the GitHub App; set ` +
            'github_app.id of the module.',
        );
      return { appId, privateKey: decodeKey(values.get(keyParameter) ?? '', keyParameter) };
    },
    { clock, maxAge: MAX_AGE },
  );
}

function decodeKey(value: string, parameter: string): string {
  const pem = value.includes('-----BEGIN') ? value : Buffer.from(value, 'base64').toString('utf8');
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(pem)) return pem.trim();
  throw new Error(
    `${parameter} is not a private key, in base64 or as its file has it; set github_app.key_base64 of the module to ` +
      'the output of: base64 -w0 < key.pem',
  );
}
