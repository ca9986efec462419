// The optional settings. Each rule rejects something, and accepts something close.
const DIGEST = '0'.repeat(64);
const addresses = (count) => Array.from({ length: count }, (_, n) => `a${n}@example.com`);

/** [rule, [what, inputs, what is invalid]] */
export const REJECTED = [
  [
    'prices.machine_hour must have numbers of at least 0.',
    [['a machine that pays', { prices: { machine_hour: { 't3.medium': -1 } } }]],
  ],
  [
    'prices.machine_hour must be keyed by instance types such as t3.medium, or spot/t3.medium.',
    [['a price of no instance type', { prices: { machine_hour: { small: 1 } } }]],
  ],
  ['prices.spot_share must be from 0 to 1.', [['spot machines dearer than others', { prices: { spot_share: 1.2 } }]]],
  ['prices.disk_gb_month must be at least 0.', [['a disk that pays', { prices: { disk_gb_month: -0.1 } }]]],
  [
    'max_runners_total must be an integer from 0 to 100000, or null.',
    [
      ['half a runner of all tenants', { max_runners_total: 1.5 }],
      ['fewer runners than none', { max_runners_total: -1 }],
    ],
  ],
  [
    'events.publish must contain tenant, job, runner or usage.',
    [['events of no kind', { events: { publish: ['tenants'] } }]],
  ],
  [
    'events.callbacks sends what events.publish names: name some kinds.',
    [['callbacks of nothing', { events: { publish: [], callbacks: { enable: true } } }]],
  ],
  [
    'events.callbacks: timeout_seconds must be an integer from 1 to 30, concurrency from 2 to 100.',
    [
      ['an endpoint without time', { events: { callbacks: { timeout_seconds: 0 } } }],
      ['half a function', { events: { callbacks: { concurrency: 2.5 } } }],
    ],
  ],
  [
    'audit.export.bucket_name must be the name of a bucket, not its ARN or URL.',
    [['a bucket by its ARN', { audit: { export: { bucket_name: 'arn:aws:s3:::trail' } } }]],
  ],
  [
    'audit.export.expire_days must be an integer of 1 or more.',
    [['entries that are gone at once', { audit: { export: { expire_days: 0 } } }]],
  ],
  [
    'audit.export.kms_key_arn must be the ARN of a KMS key, not of an alias, and no key ID.',
    [['a key by its alias', { audit: { export: { kms_key_arn: 'alias/trail' } } }]],
  ],
  ['tier_access must be any or up_to_own, not "own".', [['an unknown tier access', { tier_access: 'own' }]]],
  [
    'egress_rules: protocol must be tcp, udp, icmp, icmpv6 or -1.',
    [
      [
        'an egress protocol that is none',
        { egress_rules: [{ protocol: 'http', cidr_blocks: ['10.0.0.0/8'] }] },
        'Invalid protocols: http.',
      ],
    ],
  ],
  [
    'egress_rules: from_port must not exceed to_port, and to_port must not exceed 65535.',
    [
      [
        'egress ports in the wrong order',
        { egress_rules: [{ protocol: 'tcp', from_port: 443, to_port: 80, cidr_blocks: ['10.0.0.0/8'] }] },
        'Invalid entries (counted from 0): 0.',
      ],
      [
        'a port that is none',
        { egress_rules: [{ protocol: 'tcp', from_port: 443, to_port: 65536, cidr_blocks: ['10.0.0.0/8'] }] },
        'Invalid entries (counted from 0): 0.',
      ],
    ],
  ],
  [
    'egress_rules: protocol -1 includes every port, so from_port and to_port must be 0.',
    [
      [
        'egress ports with every protocol',
        { egress_rules: [{ protocol: '-1', from_port: 443, to_port: 443, cidr_blocks: ['10.0.0.0/8'] }] },
        'Invalid entries (counted from 0): 0.',
      ],
    ],
  ],
  [
    'egress_rules: each rule needs at least one CIDR block, and each block must be valid, such as 10.0.0.0/8.',
    [
      ['egress to nowhere', { egress_rules: [{ protocol: '-1' }] }, 'Invalid entries (counted from 0): 0.'],
      [
        'an egress block that is none',
        { egress_rules: [{ protocol: '-1', cidr_blocks: ['10.0.0.0'] }] },
        'Invalid entries (counted from 0): 0.',
      ],
    ],
  ],
  [
    'runner.image.id must be the ID of an AMI, such as ami-0123456789abcdef0.',
    [['an image id that is none', { runner: { image: { id: 'golden' } } }]],
  ],
  [
    'runner.image.ssm_parameter must be the full name of an SSM parameter, starting with a slash.',
    [['an image parameter without its slash', { runner: { image: { ssm_parameter: 'golden' } } }]],
  ],
  [
    'runner.binaries: url must be an https address and sha256 must be 64 lower-case hexadecimal digits.',
    [
      [
        'a runner without its digest',
        { runner: { binaries: { x64: { url: 'https://mirror.example/runner.tar.gz', sha256: '' } } } },
        'Invalid binaries: x64.',
      ],
      [
        'a runner over plain http',
        { runner: { binaries: { x64: { url: 'http://mirror.example/runner.tar.gz', sha256: DIGEST } } } },
        'Invalid binaries: x64.',
      ],
      [
        'a runner address that breaks out of its quotes',
        { runner: { binaries: { x64: { url: "https://mirror.example/'; reboot #", sha256: DIGEST } } } },
        'Invalid binaries: x64.',
      ],
    ],
  ],
  [
    'runner.binaries: the keys are x64 and arm64.',
    [
      [
        'a runner for an unknown architecture',
        { runner: { binaries: { amd64: { url: 'https://mirror.example/runner.tar.gz', sha256: DIGEST } } } },
        'Invalid keys: amd64.',
      ],
    ],
  ],
  [
    'runner.timeouts must be integers (minutes), 1 or more.',
    [
      ['an idle timeout of nothing', { runner: { timeouts: { idle: 0 } } }, 'Invalid timeouts: idle.'],
      ['half a minute', { runner: { timeouts: { idle: 0.5 } } }, 'Invalid timeouts: idle.'],
    ],
  ],
  [
    'runner.timeouts: lifetime must exceed boot and idle together.',
    [['a lifetime no longer than boot and idle', { runner: { timeouts: { lifetime: 15 } } }]],
  ],
  [
    'github_api_url "http://github.example/api/v3" must be an https URL without a trailing slash (http ' +
      'only for 127.0.0.1 and localhost).',
    [['plain http elsewhere', { github_api_url: 'http://github.example/api/v3' }]],
  ],
  [
    'github_api_url "http://127.0.0.1.example" must be an https URL without a trailing slash (http only ' +
      'for 127.0.0.1 and localhost).',
    [['a host that only begins like this machine', { github_api_url: 'http://127.0.0.1.example' }]],
  ],
  [
    'github_api_url "https://api.github.com/" must be an https URL without a trailing slash (http only ' +
      'for 127.0.0.1 and localhost).',
    [['a slash at the end of the address', { github_api_url: 'https://api.github.com/' }]],
  ],
  [
    'webhook.throttle: rate_limit and burst_limit must be 1 or more.',
    [['a throttle that lets nothing through', { webhook: { throttle: { rate_limit: 0 } } }]],
  ],
  [
    'webhook.tenant_rate: per_second and burst must be integers of 1 or more.',
    [
      ['a rate that lets nobody send', { webhook: { tenant_rate: { per_second: 0 } } }],
      [
        'a rate that lets nobody of a tier send',
        { webhook: { tenant_rate: { by_tier: { small: { per_second: 5, burst: 0 } } } } },
      ],
    ],
  ],
  [
    'webhook.tenant_rate.by_tier must be keyed by names of runner_tiers.',
    [
      [
        'a rate of a tier that is none',
        { webhook: { tenant_rate: { by_tier: { huge: { per_second: 5, burst: 9 } } } } },
        'Invalid tiers: huge.',
      ],
    ],
  ],
  [
    'api.throttle: rate_limit and burst_limit must be 1 or more.',
    [['an API that lets nothing through', { api: { throttle: { burst_limit: 0 } } }]],
  ],
  [
    'api.rates must be integers (requests in a minute), 1 or more.',
    [['a caller that may never call', { api: { rates: { caller: 0 } } }]],
  ],
  [
    'api: issuers of tokens must be https addresses.',
    [
      [
        'keys that come over plain http',
        { api: { token_issuers: [{ issuer: 'http://login.example', audience: 'a' }] } },
        'Invalid issuers: http://login.example.',
      ],
      [
        'a host that only begins like this machine, with keys',
        { api: { github_tokens: { issuer: 'http://127.0.0.1.example', audience: 'a' } } },
        'Invalid issuers: http://127.0.0.1.example.',
      ],
    ],
  ],
  [
    'api.link_key_ssm: its arn and its name must belong to the same SSM parameter.',
    [
      [
        "a link key's arn that is another parameter's",
        { api: { link_key_ssm: { arn: 'arn:aws:ssm:us-east-1:123456789012:parameter/other', name: '/links' } } },
      ],
    ],
  ],
  [
    'api.token_issuers and api.github_tokens: each issuer must be named once.',
    [
      [
        'an issuer with two audiences',
        { api: { token_issuers: ['a', 'b'].map((audience) => ({ issuer: 'https://login.example', audience })) } },
      ],
    ],
  ],
  [
    'lambda_zips: the functions are webhook, scale-up, scale-down, tenant-manager, recovery, machine, api, events, ' +
      'callbacks.',
    [['a zip of an unknown function', { lambda_zips: { scale_up: 'x.zip' } }, 'Invalid functions: scale_up.']],
  ],
  [
    'lambda.runtime must be nodejs22.x or nodejs24.x, not "nodejs20.x".',
    [['a node that has left Lambda', { lambda: { runtime: 'nodejs20.x', s3_bucket: 'zips' } }]],
  ],
  [
    'lambda.architecture must be arm64 or x86_64, not "x64".',
    [['the other name of x86_64', { lambda: { architecture: 'x64', s3_bucket: 'zips' } }]],
  ],
  [
    'lambda.scale_up_concurrency must be an integer from 2 to 100.',
    [
      ['a concurrency that Lambda refuses', { lambda: { scale_up_concurrency: 1, s3_bucket: 'zips' } }],
      ['a concurrency that only meets throttles', { lambda: { scale_up_concurrency: 101, s3_bucket: 'zips' } }],
    ],
  ],
  [
    'observability.log_level must be debug, info, warn or error, not "trace".',
    [['an unknown log level', { observability: { log_level: 'trace' } }]],
  ],
  [
    'observability.log_retention_days must be a retention that CloudWatch offers, such as 7, 14, 30, 90 ' + 'or 365.',
    [['a retention that CloudWatch lacks', { observability: { log_retention_days: 31 } }]],
  ],
  [
    'encryption must contain ARNs of KMS keys, not of aliases, and no key IDs.',
    [
      ['the alias of a key', { encryption: { parameters: 'arn:aws:kms:us-east-1:123456789012:alias/runners' } }],
      [
        'an alias as the key of an image',
        { encryption: { images: ['arn:aws:kms:us-east-1:123456789012:alias/images'] } },
      ],
    ],
  ],
  [
    'observability.alarms.actions must contain ARNs, not pager@example.com.',
    [['an action that is no ARN', { observability: { alarms: { actions: ['pager@example.com'] } } }]],
  ],
  [
    'observability.alarms.oldest_job_seconds must be 300 or more.',
    [['an alarm on every job', { observability: { alarms: { oldest_job_seconds: 60 } } }]],
  ],
  [
    'observability.budget.monthly_usd must be more than 0.',
    [['a budget of nothing', { observability: { budget: { monthly_usd: 0, emails: ['platform@example.com'] } } }]],
  ],
  [
    'observability.budget needs at least one of emails and sns_topic_arns.',
    [['a budget that has no recipient', { observability: { budget: { monthly_usd: 100 } } }]],
  ],
  [
    'observability.budget.thresholds must contain one to four percentages, above 0 and up to 1000.',
    [
      [
        'more thresholds than a budget takes',
        {
          observability: {
            budget: { monthly_usd: 100, emails: ['platform@example.com'], thresholds: [50, 60, 70, 80, 90] },
          },
        },
      ],
    ],
  ],
  [
    'observability.budget can have at most 10 emails and 1 sns_topic_arns, which are the limits of AWS ' +
      'Budgets; subscribe others to the topic.',
    [
      [
        'a budget that notifies more than one topic',
        {
          observability: {
            budget: {
              monthly_usd: 10,
              sns_topic_arns: ['arn:aws:sns:us-east-1:123456789012:a', 'arn:aws:sns:us-east-1:123456789012:b'],
            },
          },
        },
      ],
      [
        'a budget that notifies more than ten addresses',
        { observability: { budget: { monthly_usd: 10, emails: addresses(11) } } },
      ],
    ],
  ],
  [
    'iam.suffix "-eu-" must contain only letters, digits, hyphens and underscores, and end with a letter ' +
      'or digit, such as -eu.',
    [['a suffix that ends in a hyphen', { iam: { suffix: '-eu-' } }]],
  ],
  [
    'eventbridge.accept_events must contain events that GitHub has, such as workflow_job, push and ' + 'installation.',
    [
      [
        'an event that GitHub does not have',
        { eventbridge: { accept_events: ['workflow_jobs'] } },
        'Invalid events: workflow_jobs.',
      ],
    ],
  ],
  [
    'network.no_proxy must contain host names, such as github.example.com.',
    [
      [
        'a host with its scheme',
        { network: { no_proxy: ['github.example', 'https://github.example'] } },
        'Invalid hosts: https://github.example.',
      ],
    ],
  ],
  [
    'runner.policy_arns must contain at most 10 ARNs of IAM policies, not arn:aws:iam::aws:policy/p0, ' +
      'arn:aws:iam::aws:policy/p1, arn:aws:iam::aws:policy/p2, arn:aws:iam::aws:policy/p3, ' +
      'arn:aws:iam::aws:policy/p4, arn:aws:iam::aws:policy/p5, arn:aws:iam::aws:policy/p6, ' +
      'arn:aws:iam::aws:policy/p7, arn:aws:iam::aws:policy/p8, arn:aws:iam::aws:policy/p9, ' +
      'arn:aws:iam::aws:policy/p10.',
    [
      [
        'more policies than a role takes',
        { runner: { policy_arns: Array.from({ length: 11 }, (_, n) => `arn:aws:iam::aws:policy/p${n}`) } },
      ],
    ],
  ],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  [
    'every setting at once',
    {
      tier_access: 'up_to_own',
      max_runners_total: 0,
      egress_rules: [
        {
          protocol: 'tcp',
          from_port: 443,
          to_port: 443,
          cidr_blocks: ['10.0.0.0/8'],
          ipv6_cidr_blocks: ['2001:db8::/32'],
        },
      ],
      runner: {
        image: { id: 'ami-0123456789abcdef0' },
        binaries: { x64: { url: 'https://mirror.example/runner.tar.gz', sha256: DIGEST } },
        timeouts: { boot: 2, idle: 1, lifetime: 4 },
      },
      github_api_url: 'https://github.example/api/v3',
      lambda: { architecture: 'x86_64', scale_up_concurrency: 2, s3_bucket: 'zips' },
      observability: { log_level: 'debug', log_retention_days: 365 },
      encryption: { parameters: 'arn:aws:kms:us-east-1:123456789012:key/0f0f0f0f-0000-0000-0000-000000000000' },
    },
  ],
  [
    'no egress an image by parameter and a fake GitHub on this machine',
    {
      egress_rules: [],
      runner: { image: { ssm_parameter: '/golden/runner' } },
      github_api_url: 'http://127.0.0.1:8080',
    },
  ],
  [
    'a budget that notifies one topic and ten addresses',
    {
      observability: {
        budget: { monthly_usd: 10, emails: addresses(10), sns_topic_arns: ['arn:aws:sns:us-east-1:123456789012:a'] },
      },
    },
  ],
];
