import { listAppSecrets, setAppSecret, unsetAppSecret } from './app-secrets';
import { createApp, listApps, scaleApp, showApp, showAppLogs } from './apps';
import { addAppHost, removeAppHost } from './app-hosts';
import { deleteApp, resumeApp, suspendApp } from './change-app';
import { deliverWebhook } from './deliveries';
import { deployApp, explainOneDeployment, listDeployments, rollBackApp, showDeployment } from './deployments';
import { getPushCredentials } from './push-credentials';
import { listChanges, listTenantChanges } from './audit';
import { removeCallback, rotateCallbackSecret, setCallback, showCallback } from './callbacks';
import { cancelJob, retryJob } from './change-job';
import {
  approveTenant,
  changeTenant,
  drainTenant,
  offboardTenant,
  resumeTenant,
  setAppsFromRepository,
  suspendTenant,
} from './change-tenant';
import { correctOneUsage, listCorrections } from './correct-usage';
import { endRunner } from './end-runner';
import { freezeLaunches, listDeadLetters, redriveDeadLetters, unfreezeLaunches } from './fleet';
import { checkHealth, checkHealthDeep, checkNets } from './health';
import { explainOneJob, listJobs, showJob } from './jobs';
import { showLimits } from './limits';
import { createLink } from './links';
import { showOffboarding } from './offboarding';
import { acquireLock, listLocks, releaseLock } from './locks';
import type { Operation } from './operation';
import { listOverview, showOverview } from './overview';
import { listRunners, showRunner } from './runners';
import { showMe } from './show-me';
import { findTenants, listTenants, showTenant } from './tenants';
import { listUsage, showStats, showUsage } from './usage';
import { listWaiting } from './waiting';

/** Every operation of the API but the document itself, in the document's order. */
export const OPERATIONS: readonly Operation[] = [
  checkHealth,
  checkHealthDeep,
  checkNets,
  showMe,
  listTenants,
  findTenants,
  listOverview,
  listUsage,
  showTenant,
  changeTenant,
  approveTenant,
  suspendTenant,
  resumeTenant,
  drainTenant,
  offboardTenant,
  showOffboarding,
  showOverview,
  showLimits,
  showUsage,
  showStats,
  listCorrections,
  correctOneUsage,
  createLink,
  showCallback,
  setCallback,
  rotateCallbackSecret,
  removeCallback,
  listJobs,
  showJob,
  explainOneJob,
  cancelJob,
  retryJob,
  listRunners,
  showRunner,
  endRunner,
  listLocks,
  acquireLock,
  releaseLock,
  listWaiting,
  listTenantChanges,
  listChanges,
  listDeadLetters,
  redriveDeadLetters,
  freezeLaunches,
  unfreezeLaunches,
  setAppsFromRepository,
  listApps,
  createApp,
  showApp,
  showAppLogs,
  scaleApp,
  suspendApp,
  resumeApp,
  deleteApp,
  addAppHost,
  removeAppHost,
  listAppSecrets,
  setAppSecret,
  unsetAppSecret,
  deployApp,
  rollBackApp,
  listDeployments,
  showDeployment,
  explainOneDeployment,
  getPushCredentials,
  deliverWebhook,
];
