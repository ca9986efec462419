export * from './app';
export * from './budgets';
export * from './github';
export * from './job-search';
export * from './network';
export * from './read-failure';
export type { AppIdentity } from './tokens';
export type { Fetch } from './requests';
