import { listChanges, listTenantChanges } from './audit';
import { cancelJob, retryJob } from './change-job';
import { approveTenant, changeTenant, offboardTenant, resumeTenant, suspendTenant } from './change-tenant';
import { endRunner } from './end-runner';
import { freezeLaunches, listDeadLetters, redriveDeadLetters, unfreezeLaunches } from './fleet';
import { checkHealth, checkHealthDeep } from './health';
import { explainOneJob, listJobs, showJob } from './jobs';
import { showLimits } from './limits';
import { showOffboarding } from './offboarding';
import type { Operation } from './operation';
import { listRunners, showRunner } from './runners';
import { showMe } from './show-me';
import { listTenants, showTenant } from './tenants';

/** Every operation of the API but the document itself, in the document's order. */
export const OPERATIONS: readonly Operation[] = [
  checkHealth,
  checkHealthDeep,
  showMe,
  listTenants,
  showTenant,
  changeTenant,
  approveTenant,
  suspendTenant,
  resumeTenant,
  offboardTenant,
  showOffboarding,
  showLimits,
  listJobs,
  showJob,
  explainOneJob,
  cancelJob,
  retryJob,
  listRunners,
  showRunner,
  endRunner,
  listTenantChanges,
  listChanges,
  listDeadLetters,
  redriveDeadLetters,
  freezeLaunches,
  unfreezeLaunches,
];
