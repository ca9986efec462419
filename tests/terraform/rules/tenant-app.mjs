// The app of a tenant. Each rule rejects something.
const LONG = (end) => `a-customer-with-a-long-name-${end}`;
const MANY = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`tenant-${index}`, 100 + index]));
const [TABLE, SIZES] = [
  'https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size',
  (cpu, memory) => `Fargate has no task with cpu ${cpu} and memory ${memory}; see ${TABLE}.`,
];
const HOSTS = 'hosts must be at most 3 names of DNS in lower case, without wildcards, such as app.customer.com.';
const VERSIONS = 'bucket.old_versions_after_days needs versioning: there are no old versions without it.';
const SCALING = 'scaling: min must be at least 1, and max at least min, both whole numbers.';
const ADMITTED =
  'bucket.admit_only must name the role that destroys and restores this bucket, as ARNs without wildcards; without ' +
  'one nobody could.';

/** [rule, [what, inputs, what the sentence ends in]] */
export const REJECTED = [
  [
    'tenant must have 1 to 30 lower-case letters, digits and single dashes, start with a letter and not end with a ' +
      'dash; it is',
    [
      ['a tenant in capitals', { tenant: 'Acme' }, '"Acme".'],
      ['a tenant that starts with a digit', { tenant: '7up' }, '"7up".'],
      ['a tenant with two dashes at once', { tenant: 'acme--corp' }, '"acme--corp".'],
      ['a tenant that ends with a dash', { tenant: 'acme-' }, '"acme-".'],
      ['a tenant of 31 characters', { tenant: LONG('abc') }, `"${LONG('abc')}".`],
    ],
  ],
  [
    'environment_suffix must have 1 to 20 lower-case letters, digits and single dashes, and neither start nor end ' +
      'with a dash; it is "prod_1".',
    [['a suffix with an underscore', { environment_suffix: 'prod_1' }]],
  ],
  [
    'domain must be a name of DNS in lower case, such as example.com; it is "localhost".',
    [['a domain without a dot', { domain: 'localhost' }]],
  ],
  [
    HOSTS,
    [
      ['four further names', { hosts: ['a.test', 'b.test', 'c.test', 'd.test'] }],
      ['a name with a wildcard', { hosts: ['*.acme.test'] }],
    ],
  ],
  [
    "hosts must not be below example.com: there each tenant has its own name, and this could be another's.",
    [
      ["another tenant's name", { hosts: ['globex-inc.example.com'] }],
      ['the domain itself', { hosts: ['example.com'] }],
    ],
  ],
  [
    'priority must be a whole number from 1 to 50000; it is',
    [
      ['no priority', { priority: 0 }, '0.'],
      ['a priority that no rule has', { priority: 50001 }, '50001.'],
      ['half a priority', { priority: 1.5 }, '1.5.'],
    ],
  ],
  [
    'priority 1 of acme-corp is also that of globex-inc; give each tenant its own.',
    [["a neighbour's priority", { neighbours: { 'acme-corp': 1, 'globex-inc': 1, 'initech-llc': 3 } }]],
  ],
  [
    `The target group of ${LONG('aa')} would have the name ${LONG('aa-syn').slice(0, 32)}, as that of ` +
      `${LONG('aa-s')}: names are cut to 32 characters. Take shorter ids, or a shorter environment_suffix.`,
    [
      [
        'names that are the same once they are cut',
        {
          tenant: LONG('aa'),
          environment_suffix: 'synth101912368',
          bucket: { name: 'of-its-own' },
          neighbours: { [LONG('aa-s')]: 2 },
        },
      ],
    ],
  ],
  [
    'A load balancer has at most 100 target groups, and 101 tenants would be here: give some of them another load ' +
      'balancer.',
    [['the 101st tenant', { neighbours: MANY }]],
  ],
  ['subnet_ids must have at least one subnet.', [['no subnet', { subnet_ids: [] }]]],
  [
    'origin.created_at must be a time by ISO 8601, such as 2026-11-29T12:00:00Z.',
    [['a day as people write it', { origin: { created_at: '29.11.2026' } }]],
  ],
  [
    'image must be the name of an image, such as 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop@sha256:…',
    [['an image with a space', { image: 'nginx latest' }]],
  ],
  [
    'repository_arns must be ARNs of ECR repositories, without wildcards.',
    [['every repository', { repository_arns: ['arn:aws:ecr:us-east-1:123456789012:repository/*'] }]],
  ],
  ['port must be a whole number from 1 to 65535; it is 65536.', [['a port that is none', { port: 65536 }]]],
  [
    'cpu must be 256, 512, 1024, 2048, 4096, 8192 or 16384; it is 1000.',
    [['a processor that Fargate lacks', { cpu: 1000 }]],
  ],
  [SIZES(1024, 9999), [['memory that Fargate lacks', { memory: 9999 }]]],
  [SIZES(256, 4096), [['memory that is too much for the processor', { cpu: 256, memory: 4096 }]]],
  [
    SCALING,
    [
      ['less than one task', { scaling: { min: 0 } }],
      ['a maximum below the minimum', { scaling: { min: 9 } }],
    ],
  ],
  [
    'scaling.desired must be a whole number from min to max.',
    [['more tasks at first than may be', { scaling: { desired: 9 } }]],
  ],
  [
    'scaling.cpu_percent must be from 10 to 90; it is 100.',
    [['a processor that is always busy', { scaling: { cpu_percent: 100 } }]],
  ],
  [
    'health_check: path must start with /, and matcher be statuses from 200 to 499, such as 200-399 or 200,302.',
    [
      ['a relative path', { health_check: { path: 'healthz' } }],
      ['a status that is an error', { health_check: { matcher: '200-599' } }],
    ],
  ],
  [
    'health_check.timeout_seconds must be less than interval_seconds.',
    [['an answer that is waited for too long', { health_check: { timeout_seconds: 30 } }]],
  ],
  [
    'log.retention_days must be a number that CloudWatch has, such as 30, 90 or 365; it is 31.',
    [['a month of 31 days', { log: { retention_days: 31 } }]],
  ],
  [
    'The bucket would be named',
    [
      [
        'a bucket whose name is too long',
        { tenant: LONG('bb'), environment_suffix: 'synth101912368' },
        `saas-platform-${LONG('bb')}-data-synth101912368, and a name has at most 63 characters; set bucket.name, or ` +
          'take a shorter environment_suffix.',
      ],
    ],
  ],
  [
    ADMITTED,
    [
      ['a bucket that admits nobody', { bucket: { admit_only: [] } }],
      ['a bucket that admits every role', { bucket: { admit_only: ['arn:aws:iam::123456789012:role/*'] } }],
    ],
  ],
  [
    'bucket.infrequent_after_days must be at least 30, which S3 asks for, and old_versions_after_days at least 1.',
    [['a move that S3 does not make', { bucket: { infrequent_after_days: 7 } }]],
  ],
  [VERSIONS, [['an end of versions that there are none of', { bucket: { old_versions_after_days: 7 } }]]],
  [
    'password: version must be a whole number of at least 1, and length from 16 to 99, the most that Aurora takes.',
    [
      ['a short password', { password: { length: 8 } }],
      ['a password that is too long for Aurora', { password: { length: 100 } }],
    ],
  ],
  [
    'password.recovery_days must be 0, or from 7 to 30; it is 3.',
    [['a window that Secrets Manager lacks', { password: { recovery_days: 3 } }]],
  ],
  [
    'database.sslmode must be require, verify-ca or verify-full: all others may send the password in the clear.',
    [['a connection in the clear', { database: { host: 'db', name: 'saasdb', sslmode: 'prefer' } }]],
  ],
  [
    "alarms need load_balancer.arn_suffix: CloudWatch counts a target group's answers by load balancer.",
    [['alarms without the load balancer', { alarms: {} }]],
  ],
];

/** [what, inputs] */
export const ACCEPTED = [
  ['the least', {}],
  [
    'a priority beside others, and names that are cut but differ',
    { tenant: LONG('aa'), environment_suffix: 'dev-1', neighbours: { [LONG('aa')]: 1, [LONG('bb')]: 2 } },
  ],
  ['the hundredth tenant', { tenant: 'tenant-0', priority: 100, neighbours: MANY }],
  ['the largest task', { cpu: 16384, memory: 122880 }],
];
