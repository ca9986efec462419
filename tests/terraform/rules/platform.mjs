// The network, keys, roles and onboarding, which a platform team sets.
// Each rule rejects something, and accepts something close.
import { tier } from './tier.mjs';

/** [rule, [what, inputs, what is invalid]] */
export const REJECTED = [
  [
    'runner.image must have at most one of id, ssm_parameter and filter.',
    [
      ['two images', { runner: { image: { id: 'ami-0123456789abcdef0', ssm_parameter: '/golden/runner' } } }],
      [
        'a filter beside an image',
        { runner: { image: { id: 'ami-0123456789abcdef0', filter: { name: 'runner-*', owners: ['self'] } } } },
      ],
    ],
  ],
  [
    'onboarding.mode must be automatic, allow_list or approval, not "manual".',
    [['an unknown onboarding mode', { onboarding: { mode: 'manual' } }]],
  ],
  [
    'onboarding.allowed_accounts.ids must contain numeric account IDs, such as 9919; a login belongs in logins.',
    [
      [
        'allowed ids that no account has',
        { onboarding: { mode: 'allow_list', allowed_accounts: { ids: [9919, 0, 1.5] } } },
        'Invalid accounts: 0, 1.5.',
      ],
    ],
  ],
  [
    'onboarding.allowed_accounts.logins must contain GitHub logins, such as acme; an account ID belongs in ids.',
    [
      [
        'an allowed login that is an address',
        { onboarding: { mode: 'allow_list', allowed_accounts: { logins: ['acme', 'https://github.com/acme'] } } },
        'Invalid accounts: https://github.com/acme.',
      ],
    ],
  ],
  [
    'onboarding.allowed_accounts is required with mode allow_list and must be empty with any other; the ' +
      'mode is allow_list.',
    [['an allow list that is empty', { onboarding: { mode: 'allow_list' } }]],
  ],
  [
    'onboarding.allowed_accounts is required with mode allow_list and must be empty with any other; the ' +
      'mode is approval.',
    [
      [
        'allowed accounts that no mode reads',
        { onboarding: { mode: 'approval', allowed_accounts: { logins: ['acme'] } } },
      ],
    ],
  ],
  [
    'webhook.custom_domain.name must be a lower-case host name, such as runners.example.com, without ' +
      'https:// and a path.',
    [
      [
        'a custom domain written as an address',
        {
          webhook: {
            custom_domain: {
              name: 'https://runners.example.com',
              certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f',
            },
          },
        },
      ],
    ],
  ],
  [
    'webhook.custom_domain.certificate_arn must be the ARN of an ACM certificate.',
    [
      [
        'a certificate of IAM',
        {
          webhook: {
            custom_domain: {
              name: 'runners.example.com',
              certificate_arn: 'arn:aws:iam::123456789012:server-certificate/runners',
            },
          },
        },
      ],
    ],
  ],
  [
    'webhook.allowed_source_cidrs must contain CIDR blocks, such as 192.30.252.0/22.',
    [
      [
        'a source address without its prefix length',
        { webhook: { allowed_source_cidrs: ['192.30.252.0/22', '192.0.2.1'] } },
        'Invalid blocks: 192.0.2.1.',
      ],
    ],
  ],
  [
    'lambda.memory_mb must be integers from 256 to 10240.',
    [
      [
        'a function with too little memory',
        { lambda: { s3_bucket: 'zips', memory_mb: { scale_up: 128 } } },
        'Invalid functions: scale_up.',
      ],
      [
        'a function with part of a megabyte',
        { lambda: { s3_bucket: 'zips', memory_mb: { webhook: 512.5 } } },
        'Invalid functions: webhook.',
      ],
    ],
  ],
  [
    'lambda.timeout_seconds must be integers from 30 to 900.',
    [
      [
        'a function that runs too short',
        { lambda: { s3_bucket: 'zips', timeout_seconds: { scale_down: 10 } } },
        'Invalid functions: scale_down.',
      ],
      [
        'a function that runs longer than Lambda lets it',
        { lambda: { s3_bucket: 'zips', timeout_seconds: { tenant_manager: 901 } } },
        'Invalid functions: tenant_manager.',
      ],
    ],
  ],
  [
    'lambda.vpc.subnet_ids must contain at least one subnet ID, such as subnet-0123456789abcdef0.',
    [
      [
        'functions in a VPC without subnets',
        { lambda: { s3_bucket: 'zips', vpc: { subnet_ids: [], security_group_ids: ['sg-0123456789abcdef0'] } } },
      ],
    ],
  ],
  [
    'lambda.vpc.security_group_ids must contain at least one security group ID, such as sg-0123456789abcdef0.',
    [
      [
        'functions in a VPC without groups',
        { lambda: { s3_bucket: 'zips', vpc: { subnet_ids: ['subnet-0123456789abcdef0'], security_group_ids: [] } } },
      ],
    ],
  ],
  [
    'lambda.s3_bucket must be the name of a bucket, not its ARN or URL.',
    [['the ARN of a bucket', { lambda: { s3_bucket: 'arn:aws:s3:::zips' } }]],
  ],
  [
    'lambda.s3_prefix requires lambda.s3_bucket.',
    [['a prefix of keys without a bucket', { lambda: { s3_prefix: 'v1.2.0/' } }]],
  ],
  [
    'iam.permissions_boundary must be the ARN of an IAM policy.',
    [['a role as permissions boundary', { iam: { permissions_boundary: 'arn:aws:iam::123456789012:role/boundary' } }]],
  ],
  [
    'iam.path "/platform" must start and end with a slash, such as /platform/runners/.',
    [['a path without its last slash', { iam: { path: '/platform' } }]],
  ],
  [
    'observability.log_class must be STANDARD or INFREQUENT_ACCESS, not "GLACIER".',
    [['an unknown log class', { observability: { log_class: 'GLACIER' } }]],
  ],
  [
    'encryption must contain ARNs of KMS keys, not of aliases, and no key IDs.',
    [['the key of tables by its id', { encryption: { tables: '0f0f0f0f-0000-0000-0000-000000000000' } }]],
  ],
  [
    'runner.image.filter.owners must name the trusted owners of images: account IDs, self or amazon.',
    [
      ['images of anyone', { runner: { image: { filter: { name: 'runner-*', owners: [] } } } }],
      ['images of an owner that is none', { runner: { image: { filter: { name: 'runner-*', owners: ['acme'] } } } }],
    ],
  ],
  [
    'runner.policy_arns must contain at most 10 ARNs of IAM policies, not read-artifacts.',
    [['a policy by its name', { runner: { policy_arns: ['read-artifacts'] } }]],
  ],
  [
    'runner.max_age_days must be an integer from 1 to 30: GitHub assigns no jobs to a runner that is more ' +
      'than 30 days behind.',
    [['a runner older than GitHub takes', { runner: { max_age_days: 31 } }]],
  ],
  [
    'network.proxy must be http://host:port or https://host:port, without a user, password, path or ' +
      'trailing slash.',
    [['a proxy with a password', { network: { proxy: 'http://me:secret@proxy.example:3128' } }]],
  ],
  [
    'network.ca_bundle must contain PEM certificates (-----BEGIN CERTIFICATE-----) and no private key; ' +
      'use file() to read one.',
    [
      [
        'a bundle with a private key',
        {
          network: {
            ca_bundle: '-----BEGIN CERTIFICATE-----\nMIID\n-----END CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\n',
          },
        },
      ],
    ],
  ],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  [
    'the cheap log class and a full budget',
    {
      observability: {
        log_class: 'INFREQUENT_ACCESS',
        alarms: { actions: ['arn:aws:sns:us-east-1:123456789012:pager'], oldest_job_seconds: 300 },
        budget: {
          monthly_usd: 100,
          sns_topic_arns: ['arn:aws:sns:us-east-1:123456789012:bill'],
          thresholds: [50, 80, 90, 100],
        },
      },
    },
  ],
  [
    'every setting of a platform team',
    {
      onboarding: {
        mode: 'allow_list',
        allowed_accounts: { ids: [9919], logins: ['acme', 'a-b-c', '501', 'jane_acme'] },
      },
      webhook: {
        custom_domain: {
          name: 'runners.example.com',
          certificate_arn: 'arn:aws:acm:us-east-1:123456789012:certificate/0f0f',
        },
        allowed_source_cidrs: ['192.30.252.0/22', '2a0a:a440::/29'],
      },
      lambda: {
        s3_bucket: 'zips',
        s3_prefix: 'v1.2.0/',
        memory_mb: { scale_up: 256, webhook: 10240 },
        timeout_seconds: { scale_down: 30, tenant_manager: 900 },
        vpc: { subnet_ids: ['subnet-0123456789abcdef0'], security_group_ids: ['sg-0123456789abcdef0'] },
      },
      iam: { permissions_boundary: 'arn:aws:iam::123456789012:policy/boundary', path: '/platform/runners/' },
      observability: { log_class: 'INFREQUENT_ACCESS' },
      encryption: { tables: 'arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' },
      runner: {
        image: { filter: { name: 'runner-*', owners: ['self', '123456789012'] } },
        disk: { size_gb: 8, type: 'io2', iops: 4000 },
        policy_arns: [
          'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore',
          'arn:aws:iam::123456789012:policy/read-artifacts',
        ],
        max_age_days: 30,
      },
      runner_tiers: {
        small: tier({ subnet_ids: ['subnet-0123456789abcdef1'], disk: { type: 'gp3', throughput: 125 } }),
        medium: tier({ labels: ['medium'], image: { id: 'ami-0123456789abcdef0' } }),
        large: tier({ labels: ['large'], image: { ssm_parameter: '/golden/runner' } }),
        huge: tier({ labels: ['huge'], image: { filter: { name: 'runner-*', owners: ['amazon'] } } }),
      },
    },
  ],
  ['approval without a list', { onboarding: { mode: 'approval' } }],
];
