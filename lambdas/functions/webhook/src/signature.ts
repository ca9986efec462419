import { verify } from '@octokit/webhooks-methods';

const FORM = /^sha256=[0-9a-f]{64}$/;

/**
 * Whether one of the secrets signed this body. Every secret is compared in constant time, so that the response time
 * reveals nothing about a secret or which one matched. `verify` throws on empty values, so they are refused first.
 *
 * @param body as received: a body that is not UTF-8 is not GitHub's, and its signature does not match
 */
export async function isSigned(
  body: Buffer,
  signature: string | undefined,
  secrets: readonly string[],
): Promise<boolean> {
  const given = signature?.toLowerCase() ?? '';
  if (!FORM.test(given) || body.length === 0) return false;
  const text = body.toString('utf8');
  const matches = await Promise.all(
    secrets.filter((secret) => secret !== '').map((secret) => verify(secret, text, given)),
  );
  return matches.includes(true);
}
