import { createHmac, timingSafeEqual } from 'node:crypto';

const FORM = /^sha256=([0-9a-f]{64})$/i;

/**
 * Whether one of the secrets signed these bytes. Every secret is tried and compared in constant time, so that the
 * answer's time tells nothing about a secret or which of them matched.
 */
export function isSigned(body: Buffer, signature: string | undefined, secrets: readonly string[]): boolean {
  const [, hex] = FORM.exec(signature ?? '') ?? [];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  return secrets
    .map((secret) => timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given))
    .reduce((found, match) => found || match, false);
}
