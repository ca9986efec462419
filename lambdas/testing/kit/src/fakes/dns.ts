import type { TxtAnswer, TxtResolver } from '@multi-tenant-runner/core';

/** What DNS has at a name: TXT records in parts, another name that it stands for, or nobody who answers for it. */
export type DnsEntry =
  | { readonly txt: readonly (readonly string[])[] }
  | { readonly cname: string }
  | { readonly fails: true };

export interface InMemoryDns extends TxtResolver {
  readonly zone: Map<string, DnsEntry>;
  /** Names that were asked for. */
  readonly asked: string[];
}

const MOST_ALIASES = 8;

export function createInMemoryDns(): InMemoryDns {
  const zone = new Map<string, DnsEntry>();
  const asked: string[] = [];
  const look = (name: string, aliases: number): TxtAnswer => {
    const entry = zone.get(name);
    if (entry === undefined) return { kind: 'none' };
    if ('fails' in entry) return { kind: 'unknown', problem: 'ESERVFAIL' };
    if ('txt' in entry) return { kind: 'found', values: entry.txt.map((parts) => parts.join('')) };
    if (aliases > MOST_ALIASES) return { kind: 'unknown', problem: `it has more than ${MOST_ALIASES} aliases` };
    return look(entry.cname, aliases + 1);
  };
  return {
    zone,
    asked,
    txt: async (name) => {
      asked.push(name);
      return look(name, 0);
    },
  };
}
