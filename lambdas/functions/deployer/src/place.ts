import type { App, RepositoryPlace } from '@multi-tenant-runner/core';

export function placeOf({ installationId, repository, repoId }: App): RepositoryPlace {
  return { installationId, repository, repoId };
}
