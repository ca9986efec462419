import { Resolver as Dns } from 'node:dns/promises';
import type { Resolver } from './resolve-public';

const LOOKUP = { timeout: 1_500, tries: 2 };
/** The name has no addresses of that family, or there is no such name. */
const NONE: ReadonlySet<unknown> = new Set(['ENODATA', 'ENOTFOUND']);

/**
 * Asks the name servers itself: `dns.lookup` has four threads for a whole process, and a name whose servers are slow
 * would hold up every other tenant's.
 */
export function createResolver(): Resolver {
  const ask = async (asked: (dns: Dns) => Promise<readonly string[]>): Promise<readonly string[]> => {
    try {
      return await asked(new Dns(LOOKUP));
    } catch (error) {
      if (error instanceof Error && 'code' in error && NONE.has(error.code)) return [];
      throw error;
    }
  };
  return { resolve4: (name) => ask((dns) => dns.resolve4(name)), resolve6: (name) => ask((dns) => dns.resolve6(name)) };
}
