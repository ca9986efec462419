import type { Vault } from '@multi-tenant-runner/core';

export interface InMemoryVault extends Vault {
  readonly values: Map<string, string>;
}

export function createInMemoryVault(): InMemoryVault {
  const values = new Map<string, string>();
  return {
    values,
    get: async (name) => values.get(name),
    put: async (name, value) => void values.set(name, value),
    remove: async (name) => void values.delete(name),
  };
}
