/** A call terminated or stopped the machine: ours, or one from the console, the command line or another program. */
export const BY_A_CALL = 'Client.UserInitiatedShutdown';
/** EC2's reason only says that the end was requested: by us, the machine itself, or an operator. */
const ASKED_FOR = new Set([BY_A_CALL, 'Client.UserInitiatedHibernate', 'Client.InstanceInitiatedShutdown']);
/** AWS reclaims the spot machine. */
const SPOT = new Set(['Server.SpotInstanceTermination', 'Server.SpotInstanceShutdown']);
const NO_CAPACITY = 'Server.InsufficientInstanceCapacity';

export const SPOT_INTERRUPTED = 'spot-interrupted';
/** By a call that was not ours. */
export const ENDED_BY_HAND = 'ended-by-hand';
const PREFIX = 'ec2:';

/**
 * Why EC2 terminated a machine without a request, as its launch's reason: `ec2:<code>`. Undefined for a requested end.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StateReason.html
 */
export function readEc2End(stateReason: string | undefined): string | undefined {
  if (stateReason === undefined || ASKED_FOR.has(stateReason)) return undefined;
  return SPOT.has(stateReason) ? SPOT_INTERRUPTED : `${PREFIX}${stateReason.slice(0, 80)}`;
}

/**
 * The wait reason of the job after a launch that ended for this reason, if the account is the cause (a key, a quota,
 * AWS itself) and not the tenant or its job. Undefined for any other reason.
 */
export function waitAfterEc2End(reason: string | undefined): 'capacity' | 'error' | undefined {
  if (reason?.startsWith(PREFIX) !== true) return undefined;
  return reason === `${PREFIX}${NO_CAPACITY}` ? 'capacity' : 'error';
}
