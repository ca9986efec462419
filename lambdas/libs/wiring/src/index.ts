export { createCheckRuns } from '@multi-tenant-runner/github';
export * from './come-back';
export * from './network';
export * from './protocol-config';
export * from './protocol-ports';
