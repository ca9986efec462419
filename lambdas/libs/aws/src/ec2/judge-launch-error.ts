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
  // The type is not sold in this zone.
  'Unsupported',
  // The account has never used spot and nobody may make its service-linked role: as good as no spot at all.
  'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
]);

/** A machine may live under the token, though not this one. */
const UNCLEAR: ReadonlySet<string> = new Set(['IdempotentParameterMismatch']);

/**
 * What a failed RunInstances means. The code decides before the status: EC2 says 500 for "no capacity" and 503 for "too
 * many requests". https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
 */
export function judgeLaunchError(error: AwsError): Exclude<LaunchAnswer, { readonly kind: 'started' }> {
  const { code, message } = error;
  return { kind: kindOf(error), code, message };
}

function kindOf(error: AwsError): 'refused' | 'throttled' | 'unknown' | 'impossible' {
  if (REFUSALS.has(error.code)) return 'refused';
  if (isThrottle(error)) return 'throttled';
  if (UNCLEAR.has(error.code) || error.httpStatus === undefined || error.httpStatus >= 500) return 'unknown';
  return 'impossible';
}
