import { SPOT_INTERRUPTED, readEc2End } from '../model/ec2-end';
import type { Launch } from '../model/launch';
import { recordJobMachineEnd } from '../transitions';
import type { ProtocolDeps } from './deps';

type EndDeps = Pick<ProtocolDeps, 'jobs' | 'clock' | 'log' | 'metrics'>;

/**
 * On the job that ran on the machine, or else the one that it was started for. Answers whether there is such a job, in
 * such a state.
 */
export async function recordMachineEnd(
  launch: Launch,
  machineEnd: string,
  deps: Pick<EndDeps, 'jobs' | 'clock'>,
  options: { readonly openOnly?: boolean } = {},
): Promise<boolean> {
  const { installationId, takenBy, jobId } = launch;
  return (await recordJobMachineEnd({ installationId, jobId: takenBy ?? jobId }, machineEnd, deps, options)).ok;
}

/**
 * That EC2 ended a machine unasked: on its job, and counted as the account's. Answers the launch's reason, or undefined
 * where the end was asked for.
 */
export async function recordEc2End(
  launch: Launch,
  stateReason: string | undefined,
  deps: EndDeps,
): Promise<string | undefined> {
  const end = readEc2End(stateReason);
  if (end === undefined || (launch.state !== 'launching' && launch.state !== 'running')) return end;
  await recordMachineEnd(launch, end, deps);
  if (end === SPOT_INTERRUPTED) return end;
  const properties = {
    tenant_id: launch.installationId,
    launch_id: launch.launchId,
    instance_id: launch.instanceId ?? null,
    instance_type: launch.intent?.instanceType ?? null,
    code: stateReason ?? null,
  };
  deps.metrics.count('RunnerEndedByEc2', { tier: launch.tier, properties });
  deps.log.error('EC2 ended a machine unasked; its code shows what to check in the account', properties);
  return end;
}
