import type { Launch } from '../model/launch';

/** Whom a launch was for and what became of it, as operators and tenants are shown it. Pure. */
export function describeLaunch(launch: Launch) {
  return {
    asked_for_job: launch.jobId,
    took_job: launch.takenBy,
    created_at: launch.createdAt,
    machine_asked_at: launch.launchedAt,
    ready_at: launch.runningAt,
    took_job_at: launch.takenAt,
    job_ended_at: launch.jobEndedAt,
    end_asked_at: launch.endRequestedAt,
    machine_ended_at: launch.machineEndedAt,
    ended_at: launch.endedAt,
    reason: launch.reason,
  };
}
