// Rules that need the provider, or another part of the module. Each rule rejects something, and accepts something close.
import { tier } from './tier.mjs';

const FUNCTIONS = ['webhook', 'scale-up', 'scale-down', 'tenant-manager', 'recovery'];
const zips = (file) => Object.fromEntries(FUNCTIONS.map((name) => [name, file]));
const MACHINES = {
  tiers: { small: { runner_architecture: 'x64', image: {}, disk: { size_gb: 30, type: 'gp3' } } },
  egress_rules: [],
};
const RUNNERS = { module: './modules/runners' };
/** What AWS says of subnets and instance types; without it nothing is compared. */
const LOOKUPS = {
  mock: {
    mock_data: {
      aws_subnets: { defaults: { id: 'us-east-1', ids: ['subnet-0aaa', 'subnet-0bbb'] } },
      aws_ec2_instance_types: { defaults: { id: 'us-east-1', instance_types: ['t3.medium', 't3.large'] } },
    },
  },
};

/** [what, inputs, sentence] */
export const REJECTED = [
  ["a region that is not the provider\u2019s", { aws_region: 'eu-west-1' }, undefined],
  ["one image for two architectures", { runner: { image: { id: 'ami-0123456789abcdef0' } }, runner_tiers: { small: tier({ labels: ['x64'] }), arm: tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium'], labels: ['arm64'] }), } }, undefined],
  ["more than the functions\u2019 environment holds", { tags: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key-${n}`, 'v'.repeat(60)])) }, undefined],
  ["zips that are not built", { lambda: {}, lambda_zips: zips('absent.zip') }, undefined],
  ["a key of another region", { encryption: { queues: 'arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' } }, undefined],
  ["a certificate of another region", { webhook: { custom_domain: { name: 'runners.example.com', certificate_arn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0f0f' } } }, undefined],
  ["hooks that user data can\u2019t carry", { ...MACHINES, hooks: { before_runner: '0123456789'.repeat(800) } }, undefined, RUNNERS],
  ["a key of an image from another region", { encryption: { images: ['arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000'] } }, undefined],
  ["a subnet that is not in the vpc", { subnet_ids: ['subnet-0aaa', 'subnet-0fff'], runner_tiers: { small: tier() } }, undefined, LOOKUPS],
  ["a tier\u2019s subnet that is not in the vpc", { subnet_ids: ['subnet-0aaa'],    runner_tiers: { small: tier({ subnet_ids: ['subnet-0fff'] }) } }, undefined, LOOKUPS],
  ["a type that has another architecture", { subnet_ids: ['subnet-0aaa'],    runner_tiers: { small: tier({ instance_types: ['t3.medium', 't4g.medium'] }) } }, undefined, LOOKUPS],
  ["a tier of Windows, once", { runner_tiers: { small: tier({ runner_os: 'windows' }) } }, undefined],
  ["an unknown architecture, once", { runner_tiers: { small: tier({ runner_architecture: 'x86_64' }) } }, undefined],
  ["a tier without instance types, once", { runner_tiers: { small: tier({ instance_types: [] }) } }, undefined],
  ["a tier\u2019s subnet ID that is none, once", { runner_tiers: { small: tier({ subnet_ids: ['private-a'] }) } }, undefined],
  ["an egress block that is none, once", { egress_rules: [{ protocol: '-1', cidr_blocks: ['10.0.0.0'] }] }, undefined],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  ["two architectures with the default image and another default tier", { default_tier: 'arm', runner_tiers: { small: tier({ labels: ['x64'] }), arm: tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium'], labels: ['arm64'] }), } }],
  ["zips that are there", { lambda: {}, lambda_zips: zips('fixtures/empty.zip') }],
  ["disks that EC2 makes and keys of this region", { runner: { disk: { iops: 3000, throughput: 125 } }, runner_tiers: { small: tier({ disk: { type: 'io2', iops: 100 } }), medium: tier({ labels: ['self-hosted', 'medium'], disk: { throughput: 750 } }), large: tier({ labels: ['self-hosted', 'large'], disk: { iops: 4000, throughput: 1000 } }), tiny: tier({ labels: ['self-hosted', 'tiny'], disk: { size_gb: 8, type: 'io2', iops: 8000 } }), }, encryption: { queues: 'arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' }, webhook: { custom_domain: { name: 'runners.example.com', certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f' } } }],
  ["one image where the other architecture has its own", { runner: { image: { id: 'ami-0123456789abcdef0' } }, runner_tiers: { small: tier(), arm: tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium'], labels: ['arm64'], image: { id: 'ami-0123456789abcdef1' } }), } }],
  ["hooks of a few hundred bytes", { ...MACHINES, hooks: { before_runner: '0123456789'.repeat(50) } }, RUNNERS],
  ["events that GitHub has", { eventbridge: { accept_events: ['workflow_job', 'push', 'projects_v2'] } }],
  ["a suffix that fits the longest prefix", { prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', iam: { suffix: '-euw1' } }],
  ["subnets of the VPC and types of the architecture", { subnet_ids: ['subnet-0aaa'], runner_tiers: { small: tier() } }, LOOKUPS],
];
