import { parseEgressRules } from './parse-egress-rules';

const rule = {
  description: 'HTTPS',
  protocol: 'tcp',
  from_port: 443,
  to_port: 443,
  cidr_blocks: ['0.0.0.0/0'],
  ipv6_cidr_blocks: [],
};

describe('egress rules', () => {
  it('are read as the module writes them', () => {
    expect(parseEgressRules([rule])).toEqual({
      ok: true,
      value: [
        {
          description: 'HTTPS',
          protocol: 'tcp',
          fromPort: 443,
          toPort: 443,
          cidrBlocks: ['0.0.0.0/0'],
          ipv6CidrBlocks: [],
        },
      ],
    });
  });

  it('may have no description, and name all of ICMP', () => {
    expect(
      parseEgressRules([{ ...rule, description: null, protocol: 'icmp', from_port: -1, to_port: -1 }]),
    ).toMatchObject({ ok: true, value: [{ description: '', fromPort: -1 }] });
  });

  it('name every problem', () => {
    expect(parseEgressRules([rule, { ...rule, protocol: '', from_port: 'https', cidr_blocks: null }])).toEqual({
      ok: false,
      problems: [
        'rule 2.protocol is not a non-empty string',
        'rule 2.from_port is not an integer of at least -1',
        'rule 2.cidr_blocks is missing',
      ],
    });
  });

  it('are a list', () => {
    expect(parseEgressRules({})).toEqual({ ok: false, problems: ['is not a JSON list of rules'] });
  });
});
