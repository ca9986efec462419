import { BlockList, isIP } from 'node:net';
import type { Parsed } from '@multi-tenant-runner/core';

/** Whether deliveries from an address are accepted. */
export type SourceFilter = (address: string | undefined) => boolean;

/**
 * Builds a filter from a list of IPv4 and IPv6 CIDR blocks; an empty list accepts every address. An IPv4-mapped IPv6
 * address counts as the IPv4 address. A request without an address is accepted by an empty list only.
 */
export function parseSourceCidrs(value: unknown): Parsed<SourceFilter> {
  if (!Array.isArray(value)) return { ok: false, problems: ['is not a JSON list of CIDR blocks'] };
  const blocks = new BlockList();
  const problems = value.map((cidr: unknown) => add(blocks, cidr)).filter((problem) => problem !== undefined);
  if (problems.length > 0) return { ok: false, problems };
  if (value.length === 0) return { ok: true, value: () => true };
  return { ok: true, value: (address) => isWithin(blocks, address) };
}

function add(blocks: BlockList, cidr: unknown): string | undefined {
  const [, address, digits] = /^([0-9a-f.:]+)\/(\d{1,3})$/i.exec(typeof cidr === 'string' ? cidr : '') ?? [];
  const version = isIP(address ?? '');
  const prefix = Number(digits);
  if (address === undefined || version === 0 || prefix > (version === 4 ? 32 : 128))
    return 'holds an entry that is not a CIDR block';
  blocks.addSubnet(address, prefix, version === 4 ? 'ipv4' : 'ipv6');
  return undefined;
}

function isWithin(blocks: BlockList, address: string | undefined): boolean {
  const version = isIP(address ?? '');
  return address !== undefined && version !== 0 && blocks.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
