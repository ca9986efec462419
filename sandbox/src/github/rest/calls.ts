export interface CallCount {
  readonly route: string;
  /** Absent for the App's own calls that name no installation. */
  readonly installation_id?: number;
  readonly status: number;
  readonly count: number;
}

/** How often each route was called, for whom and with what answer. */
export interface CallCounts {
  readonly record: (route: string, installationId: number | undefined, status: number) => void;
  readonly list: () => readonly CallCount[];
  readonly reset: () => void;
}

export function createCallCounts(): CallCounts {
  const counts = new Map<string, CallCount>();
  return {
    record: (route, installationId, status) => {
      const key = `${route} ${installationId ?? ''} ${status}`;
      const count = (counts.get(key)?.count ?? 0) + 1;
      counts.set(key, {
        route,
        ...(installationId !== undefined && { installation_id: installationId }),
        status,
        count,
      });
    },
    list: () => [...counts.values()],
    reset: () => counts.clear(),
  };
}
