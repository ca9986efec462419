import type { RunnerPlace } from '@multi-tenant-runner/core';
import type { Call } from './calls';
import type { TokenScope } from './tokens';

export function scopeOf(place: RunnerPlace): TokenScope {
  return place.scope === 'org'
    ? { kind: 'organization' }
    : { kind: 'repository', repository: place.scope, ...(place.repoId !== undefined && { repoId: place.repoId }) };
}

export function at(place: RunnerPlace): Pick<Call, 'installationId' | 'scope'> {
  return { installationId: place.installationId, scope: scopeOf(place) };
}

export function runnersOf(place: RunnerPlace): `/${string}` {
  const owner =
    place.scope === 'org'
      ? `orgs/${encodeURIComponent(place.owner)}`
      : `repos/${place.scope.split('/').map(encodeURIComponent).join('/')}`;
  return `/${owner}/actions/runners`;
}
