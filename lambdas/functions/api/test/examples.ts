import type { OperationId } from '../src/access/permissions';
import type { Sent } from './api-harness';

export interface Example extends Omit<Sent, 'method'> {
  readonly path: string;
}

/** A request of each operation that a fleet with that tenant can answer. */
export const EXAMPLES: Readonly<Record<OperationId, (installationId: number) => Example>> = {
  'check-health': () => ({ path: '/v1/health' }),
  'show-document': () => ({ path: '/v1/openapi.json' }),
  'show-me': () => ({ path: '/v1/me' }),
  'show-tenant': (installationId) => ({ path: `/v1/tenants/${installationId}` }),
};
