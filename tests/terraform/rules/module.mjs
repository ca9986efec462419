// Rules that need the provider, or another part of the module.
// Each rule rejects something, and accepts something close.
import { createHash } from 'node:crypto';
import { ROOT_FUNCTIONS } from '../../../lambdas/functions.mjs';
import { tier } from './tier.mjs';

const zips = (file) => Object.fromEntries(ROOT_FUNCTIONS.map((name) => [name, file]));
const MACHINES = {
  tiers: { small: { runner_architecture: 'x64', image: {}, disk: { size_gb: 30, type: 'gp3' } } },
  egress_rules: [],
};
/** What can't be packed. */
const NOISE = Array.from({ length: 120 }, (_, index) => createHash('sha512').update(`${index}`).digest('hex')).join('');
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

/** [rule, [what, inputs, what is invalid]] */
export const REJECTED = [
  [
    'aws_region is "eu-west-1", but the Region of the aws provider is "us-east-1".',
    [['a region that is not the provider’s', { aws_region: 'eu-west-1' }]],
  ],
  [
    'runner.image.id has one architecture, but its tiers have arm64 and x64; set runner_tiers image for ' +
      'one of them.',
    [
      [
        'one image for two architectures',
        {
          runner: { image: { id: 'ami-0123456789abcdef0' } },
          runner_tiers: {
            small: tier({ labels: ['x64'] }),
            arm: tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium'], labels: ['arm64'] }),
          },
        },
      ],
    ],
  ],
  [
    'runner_tiers, egress_rules, tags and the lists of accounts and addresses need about 5446 bytes of ' +
      "the functions' environment; Lambda allows 4096. Use fewer or shorter ones.",
    [
      [
        'more than the functions’ environment holds',
        { tags: Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`key-${n}`, 'v'.repeat(60)])) },
      ],
    ],
  ],
  [
    'The Lambda packages are not built: absent.zip, absent.zip, absent.zip, absent.zip, absent.zip, absent.zip, ' +
      'absent.zip, absent.zip, ' +
      "absent.zip missing; run `npm run dist` in the module's checkout, or set lambda_zips or lambda.s3_bucket.",
    [['zips that are not built', { lambda: {}, lambda_zips: zips('absent.zip') }]],
  ],
  [
    'KMS keys, certificates and secrets must be in us-east-1.',
    [
      [
        'a key of another region',
        { encryption: { queues: 'arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' } },
        'Invalid inputs: encryption.queues.',
      ],
      [
        'a secret of another region',
        {
          github_app: {
            id: '4711',
            webhook_secret: 'a-secret-of-the-tests',
            key_base64_secret: { arn: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-a1B2c3' },
          },
        },
        'Invalid inputs: github_app.key_base64_secret.',
      ],
      [
        'a certificate of another region',
        {
          webhook: {
            custom_domain: {
              name: 'runners.example.com',
              certificate_arn: 'arn:aws:acm:eu-west-1:123456789012:certificate/0f0f',
            },
          },
        },
        'Invalid inputs: webhook.custom_domain.certificate_arn.',
      ],
      [
        'a key of an image from another region',
        { encryption: { images: ['arn:aws:kms:eu-west-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000'] } },
        'Invalid inputs: encryption.images[0].',
      ],
    ],
  ],
  [
    'The user data of tier small has … bytes, and EC2 allows 16384, of which a launch needs 256; shorten the ' +
      'hooks, or put them in the image as /opt/ghr/hooks/job-started.sh and job-completed.sh; name fewer ' +
      'certificates in network.ca_bundle.',
    [['hooks that user data can’t carry', { ...MACHINES, hooks: { before_runner: NOISE } }, '', RUNNERS]],
  ],
  [
    'vpc-0123456789abcdef0 does not contain these subnets, or they are not visible in us-east-1: subnet-0fff.',
    [
      [
        'a subnet that is not in the vpc',
        { subnet_ids: ['subnet-0aaa', 'subnet-0fff'], runner_tiers: { small: tier() } },
        '',
        LOOKUPS,
      ],
      [
        'a tier’s subnet that is not in the vpc',
        { subnet_ids: ['subnet-0aaa'], runner_tiers: { small: tier({ subnet_ids: ['subnet-0fff'] }) } },
        '',
        LOOKUPS,
      ],
    ],
  ],
  [
    'runner_tiers: us-east-1 has no t4g.medium with the architecture x64.',
    [
      [
        'a type that has another architecture',
        { subnet_ids: ['subnet-0aaa'], runner_tiers: { small: tier({ instance_types: ['t3.medium', 't4g.medium'] }) } },
        'Invalid tiers: small.',
        LOOKUPS,
      ],
    ],
  ],
  [
    'runner_tiers: runner_os must be linux.',
    [['a tier of Windows, once', { runner_tiers: { small: tier({ runner_os: 'windows' }) } }, 'Invalid tiers: small.']],
  ],
  [
    'runner_tiers: runner_architecture must be x64 or arm64.',
    [
      [
        'an unknown architecture, once',
        { runner_tiers: { small: tier({ runner_architecture: 'x86_64' }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: instance_types must name at least one EC2 instance type, such as t3.medium.',
    [
      [
        'a tier without instance types, once',
        { runner_tiers: { small: tier({ instance_types: [] }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: subnet_ids must contain at least one subnet ID, each of them once.',
    [
      [
        'a tier’s subnet ID that is none, once',
        { runner_tiers: { small: tier({ subnet_ids: ['private-a'] }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  [
    'two architectures with the default image and another default tier',
    {
      default_tier: 'arm',
      runner_tiers: {
        small: tier({ labels: ['x64'] }),
        arm: tier({ runner_architecture: 'arm64', instance_types: ['t4g.medium'], labels: ['arm64'] }),
      },
    },
  ],
  ['zips that are there', { lambda: {}, lambda_zips: zips('fixtures/empty.zip') }],
  [
    'disks that EC2 makes and keys of this region',
    {
      runner: { disk: { iops: 3000, throughput: 125 } },
      runner_tiers: {
        small: tier({ disk: { type: 'io2', iops: 100 } }),
        medium: tier({ labels: ['self-hosted', 'medium'], disk: { throughput: 750 } }),
        large: tier({ labels: ['self-hosted', 'large'], disk: { iops: 4000, throughput: 1000 } }),
        tiny: tier({ labels: ['self-hosted', 'tiny'], disk: { size_gb: 8, type: 'io2', iops: 8000 } }),
      },
      encryption: { queues: 'arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' },
      webhook: {
        custom_domain: {
          name: 'runners.example.com',
          certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f',
        },
      },
    },
  ],
  [
    'one image where the other architecture has its own',
    {
      runner: { image: { id: 'ami-0123456789abcdef0' } },
      runner_tiers: {
        small: tier(),
        arm: tier({
          runner_architecture: 'arm64',
          instance_types: ['t4g.medium'],
          labels: ['arm64'],
          image: { id: 'ami-0123456789abcdef1' },
        }),
      },
    },
  ],
  ['hooks of a few hundred bytes', { ...MACHINES, hooks: { before_runner: '0123456789'.repeat(50) } }, RUNNERS],
  ['events that GitHub has', { eventbridge: { accept_events: ['workflow_job', 'push', 'projects_v2'] } }],
  [
    'a suffix that fits the longest prefix',
    { prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', iam: { suffix: '-euw1' } },
  ],
  [
    'subnets of the VPC and types of the architecture',
    { subnet_ids: ['subnet-0aaa'], runner_tiers: { small: tier() } },
    LOOKUPS,
  ],
];
