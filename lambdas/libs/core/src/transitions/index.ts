export {
  LAUNCH_TRANSITIONS,
  abandonLaunch,
  adoptInstance,
  beginRelease,
  bindJob,
  finishRelease,
  holdLaunch,
  markLaunchRunning,
  reassignLaunch,
  recordInstance,
  recordIntent,
  recordInterruption,
  type ReleaseProof,
} from './launch';
export * from './lease';
export * from './machine';
export { JOB_TRANSITIONS } from './job';
export * from './job-waits';
export * from './job-runs';
