import type { LaunchAnswer } from '@multi-tenant-runner/core';
import { isThrottle, type AwsError } from '../aws-error';

/** Definitely no machine, and another type, zone or market may have one. */
const REFUSALS: ReadonlySet<string> = new Set([
  'InsufficientInstanceCapacity',
  'InsufficientCapacity',
  'InsufficientHostCapacity',
  'InsufficientCapacityOnHost',
  'InsufficientReservedInstanceCapacity',
  'InsufficientFreeAddressesInSubnet',
  'InsufficientAddressCapacity',
  'InsufficientVolumeCapacity',
  'UnfulfillableCapacity',
  'InstanceLimitExceeded',
  'VcpuLimitExceeded',
  'MaxSpotInstanceCountExceeded',
  'SpotMaxPriceTooLow',
  'TargetCapacityLimitExceededException',
  // Quotas of the account that a machine's disk or interface runs into.
  'NetworkInterfaceLimitExceeded',
  'VolumeLimitExceeded',
  'MaxIOPSLimitExceeded',
  // The type is not sold in this zone.
  'Unsupported',
  // The account has never used spot and nobody may make its service-linked role: as good as no spot at all.
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
]);

/**
 * The account gets nothing for now, whatever is asked: AWS verifies a new one, or one's first machines in a Region,
 * within minutes, at most four hours.
 */
const ACCOUNT: ReadonlySet<string> = new Set(['PendingVerification']);

/** A machine may live under the token, though not this one. */
const UNCLEAR: ReadonlySet<string> = new Set(['IdempotentParameterMismatch']);

/**
 * A group that was made a moment ago may not be known yet where the launch is judged.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
const UNKNOWN_GROUP: ReadonlySet<string> = new Set([
  'InvalidGroup.NotFound',
  'InvalidGroupId.NotFound',
  'InvalidSecurityGroupID.NotFound',
]);

/** What a type outside the free plan is called here, as EC2's own code says of a hundred mistakes. */
export const NOT_IN_FREE_PLAN = 'InvalidParameterCombination.FreeTier';

/**
 * What a failed RunInstances means. The code decides before the status: EC2 says 500 for "no capacity" and 503 for "too
 * many requests". https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function decideLaunchError(error: AwsError): Exclude<LaunchAnswer, { readonly kind: 'started' }> {
  const { code, message } = error;
  // Of an account on the free plan: another type may do. EC2 tells it from a wrong request by its words alone.
  if (code === 'InvalidParameterCombination' && /free.tier/i.test(message))
    return { kind: 'refused', code: NOT_IN_FREE_PLAN, message };
  return { kind: kindOf(error), code, message };
}

function kindOf(error: AwsError): Exclude<LaunchAnswer['kind'], 'started'> {
  if (REFUSALS.has(error.code)) return 'refused';
  if (isThrottle(error)) return 'throttled';
  if (UNKNOWN_GROUP.has(error.code)) return 'no-group';
  if (ACCOUNT.has(error.code)) return 'account';
  if (UNCLEAR.has(error.code) || error.httpStatus === undefined || error.httpStatus >= 500) return 'unknown';
  return 'impossible';
}
