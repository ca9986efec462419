import { generateKeyPair, randomBytes, randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SandboxPaths } from './state';

export interface App {
  readonly id: string;
  readonly keyFile: string;
  readonly keyBase64: string;
  readonly webhookSecret: string;
  /** Signs links to the page. */
  readonly linkKey: string;
}

/** Creates the GitHub App of a sandbox, with keys of its own. */
export async function createApp(paths: SandboxPaths): Promise<App> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const keyFile = join(paths.config, 'app-key.pem');
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  return {
    id: String(randomInt(100_000, 999_999)),
    keyFile,
    keyBase64: Buffer.from(privateKey).toString('base64'),
    webhookSecret: randomBytes(24).toString('hex'),
    linkKey: randomBytes(32).toString('base64'),
  };
}
