import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** 43 characters of base64url that only a holder of the key can compute; the same for the same text. */
export function deriveSecret(key: string, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** What is stored of a secret: SHA-256 in hex. Secrets are random, so that no salt is needed. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** In a time that does not depend on the secret. */
export const isSecret = (secret: string, hash: string): boolean => isSameText(hashSecret(secret), hash);

/** In a time that depends on the lengths alone. */
export function isSameText(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
