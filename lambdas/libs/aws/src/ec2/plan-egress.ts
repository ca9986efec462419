import type { IpPermission } from '@aws-sdk/client-ec2';
import { canonicalCidr } from './canonical-cidr';

/** A rule of the module's input. */
export interface EgressRule {
  readonly description: string;
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly cidrBlocks: readonly string[];
  readonly ipv6CidrBlocks: readonly string[];
}

export interface EgressPlan {
  readonly revoke: readonly IpPermission[];
  readonly authorize: readonly IpPermission[];
}

interface Hole {
  readonly key: string;
  readonly permission: IpPermission;
}

/** Which egress rules to add and remove: AWS lets every new group reach any address. */
export function planEgress(current: readonly IpPermission[], wanted: readonly EgressRule[]): EgressPlan {
  const standing = new Map(current.flatMap(splitPermission).map((hole) => [hole.key, hole.permission]));
  const target = new Map(wanted.flatMap(splitRule).map((hole) => [hole.key, hole.permission]));
  return {
    revoke: [...standing].filter(([key]) => !target.has(key)).map(([, permission]) => permission),
    authorize: [...target].filter(([key]) => !standing.has(key)).map(([, permission]) => permission),
  };
}

function splitRule(rule: EgressRule): Hole[] {
  const base = baseOf(rule.protocol, rule.fromPort, rule.toPort);
  const text = rule.description === '' ? {} : { Description: rule.description };
  return [
    ...rule.cidrBlocks.map((cidr) => hole({ ...base, IpRanges: [{ CidrIp: cidr, ...text }] }, canonicalCidr(cidr))),
    ...rule.ipv6CidrBlocks.map((cidr) =>
      hole({ ...base, Ipv6Ranges: [{ CidrIpv6: cidr, ...text }] }, canonicalCidr(cidr)),
    ),
  ];
}

/** EC2 lists one permission with many targets; each is compared alone. */
function splitPermission(permission: IpPermission): Hole[] {
  const base = baseOf(permission.IpProtocol ?? '-1', permission.FromPort, permission.ToPort);
  return [
    ...(permission.IpRanges ?? []).map(({ CidrIp = '' }) =>
      hole({ ...base, IpRanges: [{ CidrIp }] }, canonicalCidr(CidrIp)),
    ),
    ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6 = '' }) =>
      hole({ ...base, Ipv6Ranges: [{ CidrIpv6 }] }, canonicalCidr(CidrIpv6)),
    ),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId = '' }) =>
      hole({ ...base, PrefixListIds: [{ PrefixListId }] }, PrefixListId),
    ),
    ...(permission.UserIdGroupPairs ?? []).map(({ GroupId = '' }) =>
      hole({ ...base, UserIdGroupPairs: [{ GroupId }] }, GroupId),
    ),
  ];
}

/** "All protocols" has no ports: EC2 accepts them in a request and never returns them. */
function baseOf(protocol: string, from: number | undefined, to: number | undefined): IpPermission {
  if (protocol === '-1' || protocol === 'all') return { IpProtocol: '-1' };
  return {
    IpProtocol: protocol,
    ...(from !== undefined && { FromPort: from }),
    ...(to !== undefined && { ToPort: to }),
  };
}

function hole(permission: IpPermission, target: string): Hole {
  return { key: [permission.IpProtocol, permission.FromPort, permission.ToPort, target].join(' '), permission };
}
