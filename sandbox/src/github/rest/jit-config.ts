import { randomBytes, randomUUID } from 'node:crypto';
import { object, parse, text, whole } from '../../lib/json';

export interface JitIdentity {
  readonly runnerId: number;
  readonly clientId: string;
}

export interface JitSubject {
  readonly runnerId: number;
  readonly name: string;
  readonly groupId: number;
  readonly gitHubUrl: string;
  readonly workFolder: string;
}

/**
 * The files that a real runner unpacks, each in base64, all of them in base64 again: about 4,100 characters, past the
 * 4,096 of a standard SSM parameter. The key material is random bytes of the real sizes, as making RSA keys is slow.
 */
export function encodeJitConfig(subject: JitSubject): { readonly text: string; readonly clientId: string } {
  const clientId = randomUUID();
  const tenant = randomUUID().replaceAll('-', '');
  const files = {
    '.runner': {
      AgentId: String(subject.runnerId),
      AgentName: subject.name,
      DisableUpdate: 'True',
      Ephemeral: 'True',
      PoolId: String(subject.groupId),
      PoolName: 'Default',
      ServerUrl: `https://pipelinesghubeus1.actions.githubusercontent.com/${randomBytes(54).toString('base64url')}/`,
      ServerUrlV2: 'https://broker.actions.githubusercontent.com/',
      UseV2Flow: 'True',
      GitHubUrl: subject.gitHubUrl,
      WorkFolder: subject.workFolder,
    },
    '.credentials': {
      Scheme: 'OAuth',
      Data: {
        ClientId: clientId,
        AuthorizationUrl: `https://vstoken.actions.githubusercontent.com/_apis/oauth2/token/${tenant}`,
        RequireFipsCryptography: 'True',
      },
    },
    '.credentials_rsaparams': {
      d: secret(256),
      dp: secret(128),
      dq: secret(128),
      exponent: 'AQAB',
      inverseQ: secret(128),
      modulus: secret(256),
      p: secret(128),
      q: secret(128),
    },
  };
  const packed = Object.fromEntries(
    Object.entries(files).map(([name, content]) => [name, base64(JSON.stringify(content))]),
  );
  return { text: base64(JSON.stringify(packed)), clientId };
}

/** Undefined when the text is no JIT config of ours. */
export function decodeJitConfig(config: string): JitIdentity | undefined {
  const files = object(parse(Buffer.from(config.trim(), 'base64')));
  const runner = unpack(files?.['.runner']);
  const credentials = object(unpack(files?.['.credentials'])?.['Data']);
  const runnerId = whole(Number(text(runner?.['AgentId']) ?? Number.NaN));
  const clientId = text(credentials?.['ClientId']);
  return runnerId === undefined || clientId === undefined ? undefined : { runnerId, clientId };
}

function unpack(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const packed = text(value);
  return packed === undefined ? undefined : object(parse(Buffer.from(packed, 'base64')));
}

function secret(bytes: number): string {
  return randomBytes(bytes).toString('base64');
}

function base64(value: string): string {
  return Buffer.from(value).toString('base64');
}
