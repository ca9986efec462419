import type { PushCredentials, PushCredentialSource } from '@multi-tenant-runner/core';
import { SignatureV4 } from '@smithy/signature-v4';
import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import type { ClientConfig } from './client-config';

export interface PushCredentialDeps {
  readonly config: Pick<ClientConfig, 'region' | 'endpoint' | 'credentials' | 'requestHandler'>;
  readonly roleArn: string;
  /** `arn:aws:ecr:…:repository/`. */
  readonly repositoriesArn: string;
  readonly fetch: typeof fetch;
}

/** AWS gives no session a shorter life. https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
const SECONDS = 900;

/** What `docker push` asks for. https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html */
const PUSH = [
  'ecr:BatchCheckLayerAvailability',
  'ecr:BatchGetImage',
  'ecr:CompleteLayerUpload',
  'ecr:GetDownloadUrlForLayer',
  'ecr:InitiateLayerUpload',
  'ecr:PutImage',
  'ecr:UploadLayerPart',
];

/**
 * Sessions of the role of pushes, each narrowed to one repository. By the signer that the SDK's clients have in them:
 * its client of STS would be 8 KB of the zip for this one call.
 */
export function createPushCredentials(deps: PushCredentialDeps): PushCredentialSource {
  const { config, roleArn, repositoriesArn } = deps;
  const { region, credentials } = config;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const url = new URL(config.endpoint ?? endpointOf(region));
  return {
    forRepository: async (repository, session) => {
      const body = new URLSearchParams({
        Action: 'AssumeRole',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: session,
        DurationSeconds: String(SECONDS),
        Policy: policyOf(`${repositoriesArn}${repository}`),
      }).toString();
      const { headers } = await signer.sign({
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: '/',
        headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
        body,
      });
      const signal = AbortSignal.timeout(config.requestHandler.requestTimeout);
      const answer = await deps.fetch(url, { method: 'POST', headers, body, signal });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`STS answered ${answer.status} ${field(text, 'Code') ?? ''} for ${roleArn}.`);
      return readCredentials(text);
    },
  };
}

/** As the signer wants it: with a key it is an HMAC. */
class Sha256 {
  readonly #hash: Hash | Hmac;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('A hash is used once.');
  }
}

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Uint8Array | string {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

export function policyOf(repositoryArn: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
      { Effect: 'Allow', Action: PUSH, Resource: repositoryArn },
    ],
  });
}

function endpointOf(region: string): string {
  return `https://sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function readCredentials(text: string): PushCredentials {
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'SessionToken',
    'Expiration',
  ].map((name) => field(text, name));
  if (!accessKeyId || !secretAccessKey || !sessionToken || !expiration)
    throw new Error('STS answered without credentials.');
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt: new Date(expiration).toISOString() };
}

/** Of an answer whose values have nothing that XML would escape. */
function field(text: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}
