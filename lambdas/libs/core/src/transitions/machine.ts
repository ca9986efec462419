import type { Launch } from '../model/launch';
import type { Claim, MachineReports } from '../model/machine-report';
import type { Written } from '../ports';
import { moveLaunch, type LaunchTransitionDeps } from './launch';

/** Only if no other write reached the row since the claim was judged by it. */
export function claimConfig(launch: Launch, claim: Claim, deps: LaunchTransitionDeps): Promise<Written<Launch>> {
  return moveLaunch('claimConfig', launch, { changes: { claim }, condition: { version: launch.version } }, deps);
}

/** Only if no other write reached the row since the reports were judged by it. */
export function recordReports(
  launch: Launch,
  reports: MachineReports,
  deps: LaunchTransitionDeps,
): Promise<Written<Launch>> {
  return moveLaunch('recordReports', launch, { changes: { reports }, condition: { version: launch.version } }, deps);
}
