import type { NotStarted } from '@multi-tenant-runner/core';
import { isThrottle, type AwsError } from '../aws-error';

/** Certainly no machine; another type, zone or market may have capacity. */
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
  // Account quotas on disks and network interfaces.
  'NetworkInterfaceLimitExceeded',
  'VolumeLimitExceeded',
  'MaxIOPSLimitExceeded',
  // The zone does not offer the type.
  'Unsupported',
  // The account has never used spot and the role may not create the service-linked role: there is no spot capacity.
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
]);

/**
 * The account can launch nothing for now: AWS verifies a new account, or its first machines in a Region, within
 * minutes, at most four hours.
 */
const ACCOUNT: ReadonlySet<string> = new Set(['PendingVerification']);

/** The token may have a machine, though not this one. */
const UNCLEAR: ReadonlySet<string> = new Set(['IdempotentParameterMismatch']);

/**
 * A new group may be unknown for a moment where EC2 validates the launch.
 * https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
const UNKNOWN_GROUP: ReadonlySet<string> = new Set([
  'InvalidGroup.NotFound',
  'InvalidGroupId.NotFound',
  'InvalidSecurityGroupID.NotFound',
]);

/** Our own code for a type outside the free plan, as EC2 uses one code for a hundred mistakes. */
export const NOT_IN_FREE_PLAN = 'InvalidParameterCombination.FreeTier';

/**
 * What a failed RunInstances means. The code decides before the status: EC2 answers 500 for "no capacity" and 503 for
 * "too many requests". https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function decideLaunchError(error: AwsError): NotStarted {
  const { code, message } = error;
  // The account is on the free plan: another type may work. Only EC2's message distinguishes it from a wrong request.
  if (code === 'InvalidParameterCombination' && /free.tier/i.test(message))
    return { kind: 'refused', code: NOT_IN_FREE_PLAN, message };
  return { kind: kindOf(error), code, message };
}

function kindOf(error: AwsError): NotStarted['kind'] {
  if (REFUSALS.has(error.code)) return 'refused';
  if (isThrottle(error)) return 'throttled';
  if (UNKNOWN_GROUP.has(error.code)) return 'no-group';
  if (ACCOUNT.has(error.code)) return 'account';
  if (UNCLEAR.has(error.code) || error.httpStatus === undefined || error.httpStatus >= 500) return 'unknown';
  return 'impossible';
}
