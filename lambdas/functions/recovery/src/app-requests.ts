import type { GitHubApp } from '@multi-tenant-runner/core';

/**
 * What GitHub allows an App for its own requests is not documented. An installation has 5,000 an hour, in which
 * recovery runs thirty times:
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
const REQUESTS_A_RUN = 166;

/** The App's requests of one run for deliveries, so that no part uses up what another needs. */
export interface AppRequests {
  readonly app: GitHubApp;
  /** Whether so many, and no more, are left. */
  isDownTo(kept: number): boolean;
}

export function countRequests(app: GitHubApp, most = REQUESTS_A_RUN): AppRequests {
  let left = most;
  return {
    app: {
      getApp: () => app.getApp(),
      listInstallations: (page) => app.listInstallations(page),
      listDeliveries: (cursor, only) => {
        left -= 1;
        return app.listDeliveries(cursor, only);
      },
      redeliver: (attemptId) => {
        left -= 1;
        return app.redeliver(attemptId);
      },
    },
    isDownTo: (kept) => left <= kept,
  };
}
