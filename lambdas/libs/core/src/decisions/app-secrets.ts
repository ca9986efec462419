import { describeGone, isAppGone, type App } from '../model/app';
import type { AppSecret, AppSecrets } from '../model/app-secrets';
import { MINUTE, ageOf } from '../model/time';

/** Of one app. Each is a secret of Secrets Manager, which is paid for by the month. */
export const MAX_SECRETS = 20;
/** Of one value, in UTF-8. With the others it is the environment of a process, which has a limit of its own. */
export const MAX_SECRET_BYTES = 8_192;
/** What was replaced stays until a version without it runs; who replaces more than so many has to get one to run. */
const MAX_LEAVING = 40;

/** Longer than any request takes. */
const CLAIM_LIFETIME = 15 * MINUTE;

/** What the deployer and ECS set themselves, and what decides which program a container starts. */
const OTHERS = /^(PORT|APP|COMMIT|PATH|HOSTNAME|HOME|AWS_.*|ECS_.*|LD_.*)$/i;

const NONE: AppSecrets = { kept: [], leaving: [] };

/** What a change writes into the app's row. */
export interface SecretsChange {
  readonly secrets: AppSecrets;
  readonly secretsVersion: number;
}

export type SecretsDecision =
  | { readonly kind: 'change'; readonly changes: SecretsChange }
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

/** Every problem with a name and, where it is given, a value; none of them quotes the value. Pure. */
export function problemsOfSecret(name: string, value?: string): readonly string[] {
  const bytes = value === undefined ? 1 : Buffer.byteLength(value);
  return [
    ...(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)
      ? []
      : ['the name of a secret has 1 to 64 letters, digits and underscores, and begins with none of the digits']),
    ...(OTHERS.test(name) ? [`${name} is not a tenant's to set`] : []),
    ...(bytes > 0 && bytes <= MAX_SECRET_BYTES ? [] : [`the value has to have 1 to ${MAX_SECRET_BYTES} bytes`]),
    ...(value?.includes('\0') === true ? ['the value has a zero byte, which no variable can have'] : []),
  ];
}

/** Whether a secret may be set at all, before its value is kept anywhere. Pure. */
export function refuseSecret(given: SecretApp, name: string): string | undefined {
  const { app, secrets = NONE } = given;
  if (isAppGone(given)) return describeGone(given);
  const isNew = secrets.kept.every((one) => one.name !== name);
  if (isNew && secrets.kept.length >= MAX_SECRETS)
    return `${app} has ${MAX_SECRETS} secrets, and may have no more; unset one first.`;
  if (secrets.leaving.length >= MAX_LEAVING)
    return `${app} has replaced ${MAX_LEAVING} values that a version may still need; get a version to run first.`;
  return undefined;
}

/**
 * Its name counts from now on, before its value is kept anywhere; undefined: it does already. What broke off before a
 * value was kept counts until the next one of its app. Pure.
 */
export function claimSecret({ secrets = NONE }: Pick<App, 'secrets'>, name: string, now: Date): AppSecrets | undefined {
  const { kept, claimed = [] } = secrets;
  if (kept.some((one) => one.name === name)) return undefined;
  const others = claimed.filter((one) => one.name !== name && ageOf(one.at, now) < CLAIM_LIFETIME);
  return { ...secrets, claimed: [...others, { name, at: now.toISOString() }] };
}

/** How many of its tenant's quota an app has. */
export function countSecrets({ kept, claimed = [] }: AppSecrets = NONE): number {
  return new Set([...kept, ...claimed].map(({ name }) => name)).size;
}

type SecretApp = Pick<App, 'app' | 'state' | 'secrets' | 'secretsVersion'>;

/** The secrets with this one; the value before stays where it is until a version without it runs. Pure. */
export function setSecret(
  app: Pick<App, 'secrets' | 'secretsVersion'>,
  { name, arn }: Omit<AppSecret, 'setAt'>,
  now: Date,
): SecretsChange {
  const others = (app.secrets ?? NONE).kept.filter((one) => one.name !== name);
  const kept = [...others, { name, arn, setAt: now.toISOString() }].sort((one, two) => (one.name < two.name ? -1 : 1));
  return changed(app, kept, name);
}

export function unsetSecret(given: SecretApp, name: string): SecretsDecision {
  const { app, secrets = NONE } = given;
  if (isAppGone(given)) return { kind: 'refuse', sentence: describeGone(given) };
  const kept = secrets.kept.filter((one) => one.name !== name);
  const isClaimed = secrets.claimed?.some((one) => one.name === name) === true;
  if (kept.length === secrets.kept.length && !isClaimed)
    return { kind: 'nothing', sentence: `${app} has no secret ${name}.` };
  return { kind: 'change', changes: changed(given, kept, name) };
}

/** Whether what answers at the address has the secrets as they are now. */
export function hasItsSecrets({ live, secretsVersion = 0 }: Pick<App, 'live' | 'secretsVersion'>): boolean {
  return live !== undefined && (live.shape?.secretsVersion ?? 0) === secretsVersion;
}

function changed(
  { secrets: before = NONE, secretsVersion = 0 }: Pick<App, 'secrets' | 'secretsVersion'>,
  kept: readonly AppSecret[],
  name: string,
): SecretsChange {
  const { claimed = [], ...standing } = before;
  const stillClaimed = claimed.filter((one) => one.name !== name);
  const arns = new Set(kept.map(({ arn }) => arn));
  const gone = before.kept.map(({ arn }) => arn).filter((arn) => !arns.has(arn));
  return {
    secrets: {
      ...standing,
      kept,
      leaving: [...before.leaving, ...gone],
      ...(stillClaimed.length > 0 && { claimed: stillClaimed }),
    },
    secretsVersion: secretsVersion + 1,
  };
}
