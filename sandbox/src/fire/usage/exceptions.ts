import type { Exception } from './compare';

/** Rights that a run of the sandbox does not show in use. Anything else that is unused is taken out of the policy. */
export const EXCEPTIONS: readonly Exception[] = [];
