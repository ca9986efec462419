import { Resolver } from 'node:dns/promises';
import { isObject, type TxtAnswer, type TxtResolver } from '@multi-tenant-runner/core';

export interface TxtResolverOptions {
  /** `address` or `address:port` each; none: those of the machine. */
  readonly servers: readonly string[];
  /** Milliseconds, of one question to one server. */
  readonly timeout: number;
  /** Milliseconds, of everything that one name takes. */
  readonly limit: number;
}

/** Every alias is a question more; a chain of more is a mistake, or somebody's trap. */
const MOST_ALIASES = 8;
/** There is no such name, or it has nothing of that type: https://nodejs.org/api/dns.html#error-codes */
const ABSENT: readonly unknown[] = ['ENOTFOUND', 'ENODATA'];

/** Asks DNS itself, so no file of the machine's and nothing that was cached in this process counts. */
export function createTxtResolver({ servers, timeout, limit }: TxtResolverOptions): TxtResolver {
  return {
    txt: async (name) => {
      const resolver = new Resolver({ timeout, tries: 2 });
      if (servers.length > 0) resolver.setServers(servers);
      let timer: NodeJS.Timeout | undefined;
      const isOver = new Promise<TxtAnswer>((resolve) => {
        timer = setTimeout(() => resolve({ kind: 'unknown', problem: 'it took too long' }), limit);
      });
      try {
        return await Promise.race([follow(name, resolver), isOver]);
      } finally {
        clearTimeout(timer);
        resolver.cancel();
      }
    },
  };
}

/** A resolver that recurses answers with the records at an alias's end; one that does not, with the alias alone. */
async function follow(name: string, resolver: Resolver): Promise<TxtAnswer> {
  let asked = name;
  for (let aliases = 0; aliases <= MOST_ALIASES; aliases += 1) {
    const records = await question(() => resolver.resolveTxt(asked));
    if ('problem' in records) return { kind: 'unknown', problem: records.problem };
    if (records.found.length > 0) return { kind: 'found', values: records.found.map((parts) => parts.join('')) };
    const alias = await question(() => resolver.resolveCname(asked));
    if ('problem' in alias) return { kind: 'unknown', problem: alias.problem };
    const [target] = alias.found;
    if (target === undefined) return { kind: 'none' };
    asked = target;
  }
  return { kind: 'unknown', problem: `it has more than ${MOST_ALIASES} aliases` };
}

async function question<T>(
  ask: () => Promise<readonly T[]>,
): Promise<{ readonly found: readonly T[] } | { readonly problem: string }> {
  try {
    return { found: await ask() };
  } catch (error) {
    const code = isObject(error) ? error['code'] : undefined;
    return ABSENT.includes(code) ? { found: [] } : { problem: typeof code === 'string' ? code : 'no answer' };
  }
}
