import { checkHealth } from './check-health';
import type { Operation } from './operation';
import { showMe } from './show-me';
import { showTenant } from './show-tenant';

/** Every operation of the API but the document itself, in the document's order. */
export const OPERATIONS: readonly Operation[] = [checkHealth, showMe, showTenant];
