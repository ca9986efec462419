// The app plane. Each rule rejects something.
const SECRET = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:github/key-a1B2c3';
const BALANCER = { listener_arn: 'a', security_group_id: 'sg-1' };

/** [rule, [what, inputs, what the sentence ends in]] */
export const REJECTED = [
  [
    'prefix must have 1 to 20 lower-case letters, digits and single dashes, start with a letter and not end with a ' +
      'dash, as that of the installation; it is "Mtr".',
    [['a prefix in capitals', { prefix: 'Mtr' }]],
  ],
  [
    'domain must be a name of DNS in lower case, such as apps.example.com; it is "localhost".',
    [['a domain without a dot', { domain: 'localhost' }]],
  ],
  ['builder must be runner or codebuild; it is "docker".', [['another builder', { builder: 'docker' }]]],
  [
    'quotas: figures must be at least 0, and apps, tasks, secrets and builds_per_hour whole numbers.',
    [
      ['half an app', { quotas: { small: { apps: 0.5, tasks: 1, vcpu: 1, memory_gb: 1, builds_per_hour: 1 } } }],
      [
        'half a secret',
        { quotas: { small: { apps: 1, tasks: 1, vcpu: 1, memory_gb: 1, secrets: 0.5, builds_per_hour: 1 } } },
      ],
      ['a negative quota', { quotas: { small: { apps: 1, tasks: 1, vcpu: -1, memory_gb: 1, builds_per_hour: 1 } } }],
    ],
  ],
  [
    'tiers must name the tiers of the installation, such as keys(module.runners.runner_tiers).',
    [['no tiers', { tiers: [] }]],
  ],
  [
    'github.api_url must begin with https://, such as https://api.github.com; it is "github.com".',
    [['an address of GitHub without its protocol', { github: { api_url: 'github.com' } }]],
  ],
  [
    'github must have at most one of app_key_parameter and app_key_secret.',
    [
      [
        "the App's key in a parameter and in a secret",
        { github: { app_key_parameter: '/github/key', app_key_secret: { arn: SECRET } } },
      ],
    ],
  ],
  [
    "github.app_key_secret must have a secret's whole ARN, with the six characters that Secrets Manager put after " +
      'its name.',
    [['a secret without the end of its ARN', { github: { app_key_secret: { arn: SECRET.slice(0, -7) } } }]],
  ],
  ['subnet_ids must have at least one subnet.', [['no subnets', { subnet_ids: [] }]]],
  [
    'load_balancers must have at least one, and each from 1 to 100 rules: a load balancer has no more.',
    [
      ['no load balancer', { load_balancers: [] }],
      ['101 rules', { load_balancers: [{ ...BALANCER, rules: 101 }] }],
    ],
  ],
  [
    'load_balancers: first_priority must be a whole number of at least 1, and with the rules go no further than 50000.',
    [
      ['a priority of 0', { load_balancers: [{ ...BALANCER, first_priority: 0 }] }],
      ['priorities past the last', { load_balancers: [{ ...BALANCER, first_priority: 49_902 }] }],
    ],
  ],
  [
    'load_balancers must not name a listener twice: two apps would want one priority.',
    [['a listener twice', { load_balancers: [BALANCER, BALANCER] }]],
  ],
  [
    'rollback_alarms.five_xx_percent must be from 0 to 100; 100 makes no such alarm.',
    [
      ['errors above all answers', { rollback_alarms: { five_xx_percent: 101 } }],
      ['a negative share', { rollback_alarms: { five_xx_percent: -1 } }],
    ],
  ],
  ['rollback_alarms.p95_seconds must be above 0, or null.', [['no time', { rollback_alarms: { p95_seconds: 0 } }]]],
  [
    'rollback_alarms.minimum_requests must be a whole number of at least 1.',
    [
      ['no requests', { rollback_alarms: { minimum_requests: 0 } }],
      ['half a request', { rollback_alarms: { minimum_requests: 1.5 } }],
    ],
  ],
  [
    'rollback_alarms: period_seconds must be a multiple of 60, periods a whole number of at least 1, and both ' +
      'together at most 900 seconds: a version has an hour to roll out.',
    [
      ['a period of ten seconds', { rollback_alarms: { period_seconds: 10 } }],
      ['a period of 90 seconds', { rollback_alarms: { period_seconds: 90 } }],
      ['no period', { rollback_alarms: { periods: 0 } }],
      ['a period and a half', { rollback_alarms: { periods: 1.5 } }],
      ['a quarter of an hour and a minute', { rollback_alarms: { periods: 16 } }],
    ],
  ],
  [
    'rollback_alarms.names must be names of alarms, from 1 to 255 characters each, and none of them twice.',
    [
      ['an alarm twice', { rollback_alarms: { names: ['a', 'a'] } }],
      ['an alarm without a name', { rollback_alarms: { names: [''] } }],
    ],
  ],
  [
    'workflow must be the name of a file of YAML, such as mtr-deploy.yml; it is "../x.yml".',
    [['a workflow elsewhere', { workflow: '../x.yml' }]],
  ],
  [
    'archive_limits must be whole numbers of at least 1, and bytes at most 209715200: the function holds the archive ' +
      'in its memory.',
    [
      ['an archive of 300 MB', { archive_limits: { bytes: 300_000_000 } }],
      ['no files', { archive_limits: { files: 0 } }],
    ],
  ],
  ['preview_hours must be a whole number from 1 to 8760.', [['previews for no time', { preview_hours: 0 }]]],
  [
    'dns_servers must be IP addresses, such as 1.1.1.1 or 192.0.2.53:5353.',
    [['a resolver by its name', { dns_servers: ['dns.example.com'] }]],
  ],
  ['log.level must be debug, info, warn or error; it is "all".', [['another level', { log: { level: 'all' } }]]],
  [
    'lambda: timeout_seconds must be from 30 to 900, and concurrency from 2 to 1000, the least and the most that SQS ' +
      'takes.',
    [
      ['ten seconds', { lambda: { timeout_seconds: 10 } }],
      ['one at once', { lambda: { concurrency: 1 } }],
    ],
  ],
];

/** [what, inputs] */
export const ACCEPTED = [
  ['two load balancers', { load_balancers: [BALANCER, { ...BALANCER, listener_arn: 'b', rules: 40 }] }],
  ['resolvers of DNS', { dns_servers: ['1.1.1.1', '192.0.2.53:5353', '2606:4700:4700::1111'] }],
  ['no alarms at all', { rollback_alarms: { five_xx_percent: 100 } }],
  ['any error', { rollback_alarms: { five_xx_percent: 0, p95_seconds: 0.5, period_seconds: 300, periods: 1 } }],
  ['tiers of other names', { quotas: {}, tiers: ['gold'], default_tier: 'gold' }],
];
