import type { Launch } from '../model/launch';
import type { Claim, MachineReports } from '../model/machine-report';
import type { ClaimGuard, ReportGuard, Written } from '../ports';
import { moveLaunch, type LaunchKey, type LaunchTransitionDeps } from './launch';

/** Only if no other write reached the row since the claim was judged by it. */
export function claimConfig(launch: Launch, claim: Claim, deps: LaunchTransitionDeps): Promise<Written<Launch>> {
  return moveLaunch('claimConfig', launch, { changes: { claim }, condition: { version: launch.version } }, deps);
}

/** A row that the machine named, and nobody has read: only if it is as the claim was judged. */
export function claimNamed(
  launch: LaunchKey,
  claim: Claim,
  guard: ClaimGuard & { readonly instanceId: string },
  deps: LaunchTransitionDeps,
): Promise<Written<Launch>> {
  const { instanceId, ...claimable } = guard;
  return moveLaunch('claimConfig', launch, { changes: { claim }, condition: { instanceId, claimable } }, deps);
}

/** Only if no other write reached the row since the reports were judged by it. */
export function recordReports(
  launch: Launch,
  reports: MachineReports,
  deps: LaunchTransitionDeps,
): Promise<Written<Launch>> {
  return moveLaunch('recordReports', launch, { changes: { reports }, condition: { version: launch.version } }, deps);
}

/** The same of a row that nobody has read: only if the machine has said before what the reports were judged by. */
export function recordReportsNamed(
  launch: LaunchKey,
  reports: MachineReports,
  guard: ReportGuard & { readonly instanceId: string },
  deps: LaunchTransitionDeps,
): Promise<Written<Launch>> {
  const { instanceId, ...reporting } = guard;
  return moveLaunch('recordReports', launch, { changes: { reports }, condition: { instanceId, reporting } }, deps);
}
