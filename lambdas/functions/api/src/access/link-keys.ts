import { MINUTE, type Clock } from '@multi-tenant-runner/core';

export interface LinkKeyDeps {
  /** Undefined: there are no links here. */
  readonly parameter: string | undefined;
  readonly readParameters: (names: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly clock: Clock;
}

/** So soon a key that was taken out of the parameter counts no more. */
const MAX_AGE = MINUTE;
/** Of a key that can't be guessed: 192 bits in base64. */
const SHORTEST = 32;

/**
 * The keys of signed links, one on each line of the parameter; the first signs.
 *
 * @returns reads them; throws where a key is too short
 */
export function createLinkKeys({ parameter, readParameters, clock }: LinkKeyDeps): () => Promise<readonly string[]> {
  let known: { readonly keys: readonly string[]; readonly readAt: number } | undefined;
  return async () => {
    if (parameter === undefined) return [];
    const now = clock.now().getTime();
    if (known !== undefined && now - known.readAt < MAX_AGE) return known.keys;
    const value = (await readParameters([parameter])).get(parameter) ?? '';
    const keys = value.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
    if (keys.length === 0 || keys.some((key) => key.length < SHORTEST))
      throw new Error(`Each line of the parameter ${parameter} must be a key of ${SHORTEST} characters or more.`);
    known = { keys, readAt: now };
    return keys;
  };
}
