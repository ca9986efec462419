import { MINUTE, SECOND, integer, object, parse, parseJson, plus, string } from '@multi-tenant-runner/core';
import { deriveSecret, isSameText } from '@multi-tenant-runner/runtime';

/** Whose page a link shows. Who made it is no affair of who has it: the audit trail knows, by the id. */
export interface LinkClaim {
  readonly installationId: number;
  /** Another for every link. */
  readonly id: string;
}

/** Signed links to the page. A link is read, and never makes another. */
export interface Links {
  sign(claim: LinkClaim, now: Date): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** Undefined for what no key of these signed, or what is over. */
  verify(token: string, now: Date): Promise<LinkClaim | undefined>;
}

export const LINK_LIFETIME = 15 * MINUTE;
/** No JWT begins so: its header is JSON. */
const KIND = 'link';

// Short names: it goes into an address.
const content = object({ t: integer(1), i: string, e: integer(1) });

/** @param keys the first signs, all are accepted: two of them while the key changes */
export function createLinks(keys: () => Promise<readonly string[]>): Links {
  return {
    sign: async ({ installationId, id }, now) => {
      const [key] = await keys();
      if (key === undefined) throw new Error('There is no key to sign links with.');
      const expires = plus(now, LINK_LIFETIME);
      const body = JSON.stringify({ t: installationId, i: id, e: Math.floor(expires.getTime() / SECOND) });
      const text = Buffer.from(body).toString('base64url');
      return { token: `${KIND}.${text}.${signature(key, text)}`, expiresAt: expires.toISOString() };
    },
    verify: async (token, now) => {
      const [kind, text = '', given = '', ...rest] = token.split('.');
      if (kind !== KIND || rest.length > 0) return undefined;
      const known = await keys();
      // All of them are tried, so that the time tells nothing.
      if (known.filter((key) => isSameText(given, signature(key, text))).length === 0) return undefined;
      const read = parseJson(Buffer.from(text, 'base64url').toString(), (value) => parse(content, value));
      if (!read.ok) return undefined;
      const { t, i, e } = read.value;
      const left = e * SECOND - now.getTime();
      // None lives longer, whatever it says.
      return left > 0 && left <= LINK_LIFETIME ? { installationId: t, id: i } : undefined;
    },
  };
}

/** What the key signs for anything else is no link. */
const signature = (key: string, text: string): string => deriveSecret(key, JSON.stringify([KIND, text]));
