import { randomUUID } from 'node:crypto';
import type { Answer, Call, Handler } from '../lib/http';
import type { Json } from '../lib/json';
import type { MachineFacts } from './launcher';

const METADATA = '/latest/meta-data/';
const USER_DATA = '/latest/user-data';
const TOKEN_HEADER = 'x-aws-ec2-metadata-token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** Each machine has one interface, and nobody compares these addresses. */
const MAC = '02:00:00:00:00:01';
const LONGEST_TTL = 21_600;

/** One machine's metadata service: only what is asked for by user data, the AWS CLI and SDKs. */
export function createImds(
  machine: MachineFacts,
  credentials: () => Promise<Json>,
  now: () => number = Date.now,
): Handler {
  const tokens = new Map<string, number>();
  return async (call) => {
    if (call.path === '/latest/api/token') return call.method === 'PUT' ? issue(call, tokens, now()) : { status: 405 };
    if (call.method !== 'GET' || !(call.path.startsWith(METADATA) || call.path === USER_DATA)) return { status: 404 };
    if (!isAdmitted(call, machine, tokens, now())) return { status: 401 };
    if (call.path === USER_DATA) return { status: 200, body: machine.userData };
    return answer(decodeURIComponent(call.path.slice(METADATA.length)), machine, credentials);
  };
}

function issue(call: Call, tokens: Map<string, number>, now: number): Answer {
  const ttl = Number(call.headers[TTL_HEADER]);
  if (!Number.isInteger(ttl) || ttl < 1 || ttl > LONGEST_TTL) return { status: 400 };
  const token = randomUUID();
  tokens.set(token, now + ttl * 1000);
  return { status: 200, body: token, headers: { [TTL_HEADER]: String(ttl) } };
}

function isAdmitted(call: Call, machine: MachineFacts, tokens: ReadonlyMap<string, number>, now: number): boolean {
  const token = call.headers[TOKEN_HEADER];
  if (token === undefined) return !machine.metadata.tokensRequired;
  return typeof token === 'string' && (tokens.get(token) ?? 0) > now;
}

async function answer(path: string, machine: MachineFacts, credentials: () => Promise<Json>): Promise<Answer> {
  const found = await lookUp(path.replace(/\/$/, ''), machine, credentials);
  return found === undefined
    ? { status: 404 }
    : { status: 200, body: found, headers: { 'content-type': 'text/plain' } };
}

async function lookUp(
  path: string,
  machine: MachineFacts,
  credentials: () => Promise<Json>,
): Promise<string | undefined> {
  const tag = /^tags\/instance\/(.+)$/.exec(path)?.[1];
  if (tag !== undefined) return machine.metadata.tagsShown ? machine.tags[tag] : undefined;
  const role = /^iam\/security-credentials\/(.+)$/.exec(path)?.[1];
  if (role !== undefined) {
    if (role !== machine.roleName) return undefined;
    return JSON.stringify({
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: new Date().toISOString(),
      ...(await credentials()),
    });
  }
  const facts: Record<string, string | undefined> = {
    'instance-id': machine.instanceId,
    mac: MAC,
    'ami-launch-index': String(machine.launchIndex),
    [`network/interfaces/macs/${MAC}/interface-id`]: machine.interfaceId,
    'instance-type': machine.instanceType,
    'placement/region': machine.region,
    'services/domain': 'amazonaws.com',
    'placement/availability-zone': `${machine.region}a`,
    'tags/instance': machine.metadata.tagsShown ? Object.keys(machine.tags).join('\n') : undefined,
    'iam/security-credentials': machine.roleName,
  };
  return facts[path];
}
