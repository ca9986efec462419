import { MINUTE, type Clock, type Log } from '@multi-tenant-runner/core';

export interface Credentials {
  readonly appId: string;
  /** Several are valid while a secret is rotated. */
  readonly webhookSecrets: readonly string[];
}

export interface CredentialSource {
  current(): Promise<Credentials>;
  /** Reads the secret again when no cached one fits a signature; undefined: it was read less than a minute ago. */
  reread(): Promise<Credentials | undefined>;
}

export interface CredentialDeps {
  readonly appIdParameter: string;
  readonly webhookSecretParameter: string;
  readonly readParameters: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Forged requests must not make the function read parameters at their own rate. */
const REREAD_PAUSE = MINUTE;
/** How long a secret stays valid after it was removed from the parameter. */
const MAX_AGE = 5 * MINUTE;

export function createCredentialSource(deps: CredentialDeps): CredentialSource {
  let known: { readonly credentials: Credentials; readonly readAt: number } | undefined;
  let reading: Promise<Credentials> | undefined;
  let lastReread = Number.NEGATIVE_INFINITY;

  // On Lambda the invocations of one container never overlap, but those of tests and a local server do.
  const read = (): Promise<Credentials> => {
    reading ??= load(deps)
      .then((credentials) => {
        known = { credentials, readAt: deps.clock.now().getTime() };
        return credentials;
      })
      .finally(() => {
        reading = undefined;
      });
    return reading;
  };

  const readOrKeep = async (kept: Credentials): Promise<Credentials> => {
    try {
      return await read();
    } catch (cause) {
      deps.log.warn('Could not read the webhook secret again; keeping the cached one', {
        parameter: deps.webhookSecretParameter,
        cause,
      });
      return kept;
    }
  };

  return {
    async current() {
      if (known === undefined) return read();
      return deps.clock.now().getTime() - known.readAt < MAX_AGE ? known.credentials : readOrKeep(known.credentials);
    },
    async reread() {
      const now = deps.clock.now().getTime();
      if (known === undefined || now - lastReread < REREAD_PAUSE) return undefined;
      lastReread = now;
      return readOrKeep(known.credentials);
    },
  };
}

async function load(deps: CredentialDeps): Promise<Credentials> {
  const values = await deps.readParameters([deps.appIdParameter, deps.webhookSecretParameter]);
  const appId = values.get(deps.appIdParameter)?.trim() ?? '';
  const webhookSecrets = (values.get(deps.webhookSecretParameter) ?? '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (!/^\d+$/.test(appId)) {
    throw new Error(
      `The parameter ${deps.appIdParameter} is not the numeric ID of the GitHub App; set ` +
        'github_app.id of the module.',
    );
  }
  if (webhookSecrets.length === 0) {
    throw new Error(
      `${deps.webhookSecretParameter} holds no secret; set github_app.webhook_secret of the ` +
        'module, one secret per line.',
    );
  }
  return { appId, webhookSecrets };
}
