export {
  LAUNCH_TRANSITIONS,
  adoptInstance,
  beginRelease,
  bindJob,
  countInFleet,
  finishRelease,
  markLaunchRunning,
  reassignLaunch,
  recordInstance,
  recordIntent,
  recordInterruption,
  requestEnd,
  type ReleaseProof,
} from './launch';
export * from './admission';
export * from './lease';
export * from './machine';
export { JOB_TRANSITIONS } from './job';
export * from './job-waits';
export * from './job-runs';
