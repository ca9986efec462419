import { DAY, MINUTE, SECOND, type ApiState } from '@multi-tenant-runner/core';

interface Reserved {
  readonly fingerprint: string;
  readonly until: number;
  readonly answer?: string;
}

export function createInMemoryApiState(): ApiState {
  const hits = new Map<string, number>();
  const requests = new Map<string, Reserved>();
  return {
    key: async () => 'a-key-of-the-tests',
    count: async (bucket, now) => {
      const id = `${bucket}#${Math.floor(now.getTime() / MINUTE)}`;
      const count = (hits.get(id) ?? 0) + 1;
      hits.set(id, count);
      return count;
    },
    begin: async (key, fingerprint, now) => {
      const standing = requests.get(key);
      if (standing === undefined || standing.until < now.getTime()) {
        requests.set(key, { fingerprint, until: now.getTime() + 15 * SECOND });
        return { kind: 'reserved' };
      }
      if (standing.fingerprint !== fingerprint) return { kind: 'other' };
      return standing.answer === undefined ? { kind: 'busy' } : { kind: 'done', answer: standing.answer };
    },
    finish: async (key, answer, now) => {
      const standing = requests.get(key);
      if (standing) requests.set(key, { ...standing, answer, until: now.getTime() + DAY });
    },
    release: async (key) => {
      const standing = requests.get(key);
      if (standing) requests.set(key, { ...standing, until: 0 });
    },
  };
}
