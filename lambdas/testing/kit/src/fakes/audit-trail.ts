import {
  entryOf,
  type AuditEntry,
  type AuditPage,
  type AuditPageRequest,
  type AuditTrail,
} from '@multi-tenant-runner/core';

export interface InMemoryAuditTrail extends AuditTrail {
  readonly entries: AuditEntry[];
}

export function createInMemoryAuditTrail(): InMemoryAuditTrail {
  const entries: AuditEntry[] = [];
  const page = (of: (entry: AuditEntry) => boolean, { limit, before }: AuditPageRequest): AuditPage => {
    const behind = entries
      .filter((entry) => of(entry) && (before === undefined || entryOf(entry) < before.entry))
      .sort((a, b) => (entryOf(a) < entryOf(b) ? 1 : -1));
    const last = behind[limit - 1];
    // As DynamoDB: a full page has a next one, even if nothing is behind it.
    return {
      entries: behind.slice(0, limit),
      ...(last && { next: { installationId: last.installationId, entry: entryOf(last) } }),
    };
  };
  return {
    entries,
    record: async (entry) => {
      const isSame = (one: AuditEntry): boolean =>
        one.installationId === entry.installationId && entryOf(one) === entryOf(entry);
      if (entries.some(isSame)) return false;
      entries.push(structuredClone(entry));
      return true;
    },
    ofTenant: async (installationId, request) => page((one) => one.installationId === installationId, request),
    ofDay: async (day, request) => page((one) => one.at.startsWith(day), request),
  };
}
