/** A call ended or stopped the machine: one of ours, or somebody's by console, command line or another program. */
export const BY_A_CALL = 'Client.UserInitiatedShutdown';
/** Of these ends EC2 only says that somebody asked for them: we, the machine itself, or an operator. */
const ASKED_FOR = new Set([BY_A_CALL, 'Client.UserInitiatedHibernate', 'Client.InstanceInitiatedShutdown']);
/** AWS takes its spot machine back. */
const SPOT = new Set(['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown']);
const NO_CAPACITY = 'Server.InsufficientInstanceCapacity';

export const SPOT_INTERRUPTED = 'spot-interrupted';
/** By a call that was none of ours. */
export const ENDED_BY_HAND = 'ended-by-hand';
const PREFIX = 'ec2:';

/**
 * Why EC2 ended a machine that nobody asked it to end, as its launch's reason: `ec2:<code>`. Undefined for every end
 * that was asked for. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
 */
export function readEc2End(stateReason: string | undefined): string | undefined {
  if (stateReason === undefined || ASKED_FOR.has(stateReason)) return undefined;
  return SPOT.has(stateReason) ? SPOT_INTERRUPTED : `${PREFIX}${stateReason.slice(0, 80)}`;
}

/**
 * What a launch that ended for this reason leaves its job waiting for, where the account is at fault (a key, a quota,
 * AWS itself), not the tenant or its job. Undefined for every other reason.
 */
export function waitAfterEc2End(reason: string | undefined): 'capacity' | 'error' | undefined {
  if (reason?.startsWith(PREFIX) !== true) return undefined;
  return reason === `${PREFIX}${NO_CAPACITY}` ? 'capacity' : 'error';
}
