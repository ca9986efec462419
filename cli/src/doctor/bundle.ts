import { redact } from '@multi-tenant-runner/runtime';
import { strToU8, zipSync } from 'fflate';
import type { Finding } from './check';
import type { Facts } from './facts';

/** What a bug report wants to know, as a zip: what was found, and from which facts, without secrets and names. */
export function bundle(findings: readonly Finding[], facts: Facts): Uint8Array {
  const names = namesIn(facts);
  const file = (value: unknown): Uint8Array => strToU8(`${JSON.stringify(anonymous(redact(value), names), null, 2)}\n`);
  const time = { mtime: new Date(facts.now) };
  return zipSync({ 'findings.json': [file(findings), time], 'facts.json': [file(facts), time] });
}

/** What stands for each customer. Longer names first, as one may be a part of another. */
function namesIn({ fleet }: Facts): readonly (readonly [string, string])[] {
  const names = fleet.known ? fleet.value.tenants.map(({ name }) => name) : [];
  return names
    .map((name, index) => [name, `tenant-${index + 1}`] as const)
    .sort(([one], [other]) => other.length - one.length);
}

/** Names belong to customers; the account's id and the addresses are the operator's. */
function anonymous(value: unknown, names: ReturnType<typeof namesIn>): unknown {
  if (typeof value === 'string')
    return names
      .reduce((text, [name, other]) => text.replaceAll(name, other), value)
      .replace(/\b\d{12}\b/g, '[account]')
      .replace(/https?:\/\/[^/\s"]+/g, 'https://[host]');
  if (Array.isArray(value)) return value.map((entry) => anonymous(entry, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, anonymous(entry, names)]));
}
