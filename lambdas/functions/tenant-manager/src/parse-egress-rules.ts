import type { EgressRule } from '@multi-tenant-runner/aws';
import { Decoder, type Decoded } from '@multi-tenant-runner/core';

/**
 * `[{ "description": "", "protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"],
 * "ipv6_cidr_blocks": [] }]`
 */
export function parseEgressRules(value: unknown): Decoded<readonly EgressRule[]> {
  if (!Array.isArray(value)) return { ok: false, problems: ['is not a JSON list of rules'] };
  const problems: string[] = [];
  const rules = value.map((rule: unknown, index) => parseRule(Decoder.of(rule, `rule ${index + 1}`, problems)));
  return problems.length === 0 ? { ok: true, value: rules } : { ok: false, problems };
}

function parseRule(decoder: Decoder): EgressRule {
  return {
    description: decoder.optionalText('description') ?? '',
    protocol: decoder.text('protocol'),
    // -1: every type or code of ICMP.
    fromPort: decoder.wholeNumber('from_port', -1),
    toPort: decoder.wholeNumber('to_port', -1),
    cidrBlocks: decoder.texts('cidr_blocks'),
    ipv6CidrBlocks: decoder.texts('ipv6_cidr_blocks'),
  };
}
