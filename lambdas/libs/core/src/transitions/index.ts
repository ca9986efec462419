export {
  LAUNCH_TRANSITIONS,
  type MachineOfRow,
  adoptInstance,
  bindJob,
  countInFleet,
  markLaunchRunning,
  reassignLaunch,
  recordInstance,
  recordIntent,
  recordInterruption,
  requestEnd,
} from './launch';
export * from './admission';
export * from './blank';
export * from './deployment';
export * from './intent';
export * from './lease';
export * from './release';
export * from './machine';
export { JOB_TRANSITIONS } from './job';
export * from './job-waits';
export * from './job-checks';
export * from './job-runs';
