import type { EgressRule } from '@multi-tenant-runner/aws';
import { integer, object, optionalString, parse, string, strings, type Parsed } from '@multi-tenant-runner/core';
import * as v from 'valibot';

const rule = v.pipe(
  object({
    description: optionalString,
    protocol: string,
    // -1: every type or code of ICMP.
    from_port: integer(-1),
    to_port: integer(-1),
    cidr_blocks: strings,
    ipv6_cidr_blocks: strings,
  }),
  v.transform(
    (entry): EgressRule => ({
      description: entry.description ?? '',
      protocol: entry.protocol,
      fromPort: entry.from_port,
      toPort: entry.to_port,
      cidrBlocks: entry.cidr_blocks,
      ipv6CidrBlocks: entry.ipv6_cidr_blocks,
    }),
  ),
);
const rules = v.array(rule, 'is not a JSON list of rules');

/**
 * `[{ "description": "", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"],
 * "ipv6_cidr_blocks": [] }]`
 */
export function parseEgressRules(value: unknown): Parsed<readonly EgressRule[]> {
  return parse(rules, value, {
    root: '',
    nameOf: (field) => (/^\d+$/.test(field) ? `rule ${Number(field) + 1}` : field),
  });
}
