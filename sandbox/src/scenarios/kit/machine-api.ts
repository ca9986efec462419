import { randomBytes } from 'node:crypto';
import { claimSecretOf, machineUrlOf } from '../../lib/machine-address';
import { object, parse, text, type Json } from '../../lib/json';

/** What the job of a machine finds in its user data. */
export interface FoundOnMachine {
  readonly instanceId: string;
  readonly url: string;
  readonly claimSecret: string;
}

export interface MachineAnswer {
  readonly status: number;
  readonly body: Json;
}

export function foundOnMachine(instanceId: string, userData: string, emulator: string): FoundOnMachine {
  const url = machineUrlOf(userData, emulator);
  const claimSecret = claimSecretOf(userData);
  if (url === undefined || claimSecret === undefined)
    throw new Error(`The user data of ${instanceId} names no machine API or no secret.`);
  return { instanceId, url, claimSecret };
}

/** A nonce as a boot chooses it. */
export function anyNonce(): string {
  return randomBytes(24).toString('base64url');
}

/** Claims as anybody can who has read the machine's user data. */
export function claim({ url, claimSecret, instanceId }: FoundOnMachine, nonce = anyNonce()): Promise<MachineAnswer> {
  return post(`${url}/claim`, { instance_id: instanceId, secret: claimSecret, nonce });
}

export function report(
  { url, instanceId }: Pick<FoundOnMachine, 'url' | 'instanceId'>,
  secret: string,
  events: readonly Json[],
): Promise<MachineAnswer> {
  return post(`${url}/report`, { instance_id: instanceId, secret, events });
}

export function reportSecretIn(answer: MachineAnswer): string {
  return text(answer.body['report_secret']) ?? '';
}

async function post(url: string, body: unknown): Promise<MachineAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: object(parse(await answer.text())) ?? {} };
}
