import { NO_LOCKS, type LockStore, type TenantLocks } from '@multi-tenant-runner/core';

export function createInMemoryLockStore(): LockStore {
  const rows = new Map<number, TenantLocks>();
  const read = (installationId: number): TenantLocks => rows.get(installationId) ?? NO_LOCKS;
  return {
    read: async (installationId) => read(installationId),
    end: async (installationId) => void rows.delete(installationId),
    change: async (installationId, decide) => {
      const { next, answer } = decide(read(installationId));
      rows.set(installationId, next);
      return answer;
    },
  };
}
