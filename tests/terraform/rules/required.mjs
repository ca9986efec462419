// The required inputs, tags and events. Each rule rejects something, and accepts something close.
const KEY = 'LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=';
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3';
const inSecret = (reference) => ({
  id: '4711',
  webhook_secret: 'a-secret-of-the-tests',
  key_base64_secret: reference,
});
const ID_PARAMETER = { arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/github/id', name: '/github/id' };

/** [rule, [what, inputs, what is invalid]] */
export const REJECTED = [
  [
    'prefix has 45 characters; the maximum is 44, because GitHub allows 64 for the runner name ' +
      '"prefix-instance_id".',
    [['a prefix that makes runner names too long', { prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }]],
  ],
  [
    'prefix "my/saas" must have 2 or more letters, digits, hyphens or underscores, start with a letter, ' +
      'and end with a letter or digit.',
    [['a prefix with a slash', { prefix: 'my/saas' }]],
  ],
  [
    'prefix "my-saas-" must have 2 or more letters, digits, hyphens or underscores, start with a letter, ' +
      'and end with a letter or digit.',
    [['a prefix that ends in a hyphen', { prefix: 'my-saas-' }]],
  ],
  [
    'prefix "a" must have 2 or more letters, digits, hyphens or underscores, start with a letter, and end ' +
      'with a letter or digit.',
    [['a prefix of one character', { prefix: 'a' }]],
  ],
  [
    'prefix "AWS-runners" is reserved by AWS: it must not start with aws, ssm or sg-, and must not be default.',
    [['a prefix that SSM reserves', { prefix: 'AWS-runners' }]],
  ],
  [
    'prefix "default" is reserved by AWS: it must not start with aws, ssm or sg-, and must not be default.',
    [['the name of the default bus as prefix', { prefix: 'default' }]],
  ],
  [
    'aws_region "virginia" must be a Region code such as us-east-1.',
    [['a region that is none', { aws_region: 'virginia' }]],
  ],
  [
    'vpc_id "my-vpc" must be the ID of a VPC, such as vpc-0123456789abcdef0.',
    [['a VPC id that is none', { vpc_id: 'my-vpc' }]],
  ],
  ['subnet_ids must name at least one subnet.', [['an empty list of subnets', { subnet_ids: [] }]]],
  [
    'subnet_ids must contain subnet IDs, such as subnet-0123456789abcdef0, not subnet-0123456789abcdef0, ' +
      'private-a.',
    [['a subnet id that is none', { subnet_ids: ['subnet-0123456789abcdef0', 'private-a'] }]],
  ],
  [
    'subnet_ids must name each subnet once.',
    [['a subnet named twice', { subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef0'] }]],
  ],
  [
    'tags: keys that start with aws: or ghr:, and InstanceId, are reserved.',
    [
      [
        'a tag that the isolation relies on',
        { tags: { 'ghr:environment': 'other' } },
        'Invalid keys: ghr:environment.',
      ],
      ['a tag that AWS reserves', { tags: { 'AWS:thing': 'x' } }, 'Invalid keys: AWS:thing.'],
      ['the tag that binds a parameter to its machine', { tags: { InstanceId: 'i-0' } }, 'Invalid keys: InstanceId.'],
    ],
  ],
  [
    'tags has 41 entries; the maximum is 40, because AWS allows 50 and the module adds its own.',
    [['more tags than fit', { tags: Object.fromEntries(Array.from({ length: 41 }, (_, n) => [`key-${n}`, 'v'])) }]],
  ],
  [
    'eventbridge.accept_events must contain events that GitHub has, such as workflow_job, push and ' + 'installation.',
    [
      [
        'an event name with a dot',
        { eventbridge: { accept_events: ['installation.created'] } },
        'Invalid events: installation.created.',
      ],
    ],
  ],
  [
    'github_app must have exactly one of id and id_ssm.',
    [
      ['an app without an id', { github_app: { key_base64: KEY, webhook_secret: 'a-secret-of-the-tests' } }],
      [
        'an id given twice',
        { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests', id_ssm: ID_PARAMETER } },
      ],
    ],
  ],
  [
    'github_app must have exactly one of key_base64, key_base64_ssm and key_base64_secret.',
    [
      ['an app without a key', { github_app: { id: '4711', webhook_secret: 'a-secret-of-the-tests' } }],
      [
        'a key given twice',
        {
          github_app: {
            id: '4711',
            key_base64: KEY,
            webhook_secret: 'a-secret-of-the-tests',
            key_base64_ssm: ID_PARAMETER,
          },
        },
      ],
      [
        'a key in a parameter and in a secret',
        {
          github_app: {
            id: '4711',
            webhook_secret: 'a-secret-of-the-tests',
            key_base64_ssm: ID_PARAMETER,
            key_base64_secret: { arn: SECRET },
          },
        },
      ],
    ],
  ],
  [
    'github_app must have exactly one of webhook_secret, webhook_secret_ssm and webhook_secret_secret.',
    [
      ['an app without a webhook secret', { github_app: { id: '4711', key_base64: KEY } }],
      [
        'a webhook secret given twice',
        {
          github_app: {
            id: '4711',
            key_base64: KEY,
            webhook_secret: 'a-secret-of-the-tests',
            webhook_secret_ssm: ID_PARAMETER,
          },
        },
      ],
      [
        'a webhook secret as a value and in a secret',
        {
          github_app: {
            id: '4711',
            key_base64: KEY,
            webhook_secret: 'a-secret-of-the-tests',
            webhook_secret_secret: { arn: SECRET },
          },
        },
      ],
    ],
  ],
  [
    "github_app.id must be the App's numeric ID, as its settings page shows it, not its client ID (Iv…).",
    [
      [
        'a client id in place of the app id',
        { github_app: { id: 'Iv23liAbCdEf', key_base64: KEY, webhook_secret: 'a-secret-of-the-tests' } },
      ],
    ],
  ],
  [
    "github_app.key_base64 must be the App's private key file (PEM) encoded as base64: run base64 < " +
      'app.private-key.pem.',
    [
      [
        'a key that is not encoded',
        {
          github_app: {
            id: '4711',
            key_base64: '-----BEGIN RSA PRIVATE KEY-----',
            webhook_secret: 'a-secret-of-the-tests',
          },
        },
      ],
      [
        'a key that is something else encoded',
        {
          github_app: {
            id: '4711',
            key_base64: Buffer.from('hello').toString('base64'),
            webhook_secret: 'a-secret-of-the-tests',
          },
        },
      ],
    ],
  ],
  [
    'github_app.webhook_secret must have 16 characters or more on each line; openssl rand -hex 32 ' + 'generates one.',
    [
      ['a blank webhook secret', { github_app: { id: '4711', key_base64: KEY, webhook_secret: '  ' } }],
      ['a webhook secret of five characters', { github_app: { id: '4711', key_base64: KEY, webhook_secret: '12345' } }],
      [
        'a short new secret beside a long old one',
        { github_app: { id: '4711', key_base64: KEY, webhook_secret: 'the-old-secret-of-tests\nnew' } },
      ],
    ],
  ],
  [
    'github_app: the arn and the name of each *_ssm reference must belong to the same SSM parameter.',
    [
      [
        'a reference whose ARN is of another parameter',
        {
          github_app: {
            key_base64: KEY,
            webhook_secret: 'a-secret-of-the-tests',
            id_ssm: { arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/github/key', name: '/github/id' },
          },
        },
      ],
      [
        'a reference to a secret of Secrets Manager',
        {
          github_app: {
            key_base64: KEY,
            webhook_secret: 'a-secret-of-the-tests',
            id_ssm: { arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:id', name: 'id' },
          },
        },
      ],
    ],
  ],
  [
    "github_app: the arn of each *_secret reference must be a secret's whole ARN, with the six characters that " +
      'Secrets Manager put after its name.',
    [
      [
        'a secret without the end of its ARN',
        { github_app: inSecret({ arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key' }) },
      ],
      [
        'every secret that begins so',
        { github_app: inSecret({ arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:key-*' }) },
      ],
      [
        'a parameter in place of a secret',
        { github_app: inSecret({ arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/github/key' }) },
      ],
    ],
  ],
  [
    'github_app: kms_key_arn of each *_secret reference must be the ARN of a KMS key, not of an alias.',
    [
      [
        'an alias of a key of a secret',
        {
          github_app: inSecret({ arn: SECRET, kms_key_arn: 'arn:aws:kms:us-east-1:123456789012:alias/secrets' }),
        },
      ],
    ],
  ],
  [
    'aws_region "cn-north-1" is a Region of AWS China, which is not supported.',
    [['a region of AWS China', { aws_region: 'cn-north-1' }]],
  ],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  [
    'the longest prefix other tags and events and a secret in rotation',
    {
      prefix: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
      subnet_ids: ['subnet-0123456789abcdef0', 'subnet-0123456789abcdef1'],
      tags: { Project: 'runners', 'cost center': '42' },
      eventbridge: { accept_events: ['workflow_job', 'check_run'] },
      github_app: { id: '4711', key_base64: KEY, webhook_secret: 'the-old-secret-of-tests\nthe-new-secret-of-tests' },
    },
  ],
  [
    'an app whose key and webhook secret are in Secrets Manager',
    {
      github_app: {
        id: '4711',
        key_base64_secret: { arn: SECRET, kms_key_arn: 'arn:aws:kms:us-east-1:123456789012:key/0f0f' },
        webhook_secret_secret: { arn: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:hook-Z9y8X7' },
      },
    },
  ],
  ['letters digits hyphens and underscores in a prefix', { prefix: 'My_SaaS-2' }],
];
