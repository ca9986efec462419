// Sizes of runners and their disks. Each rule rejects something, and accepts something close.
import { tier } from './tier.mjs';

/** [rule, [what, inputs, what is invalid]] */
export const REJECTED = [
  ['runner_tiers must contain at least one tier.', [['an empty map of tiers', { runner_tiers: {} }]]],
  [
    'runner_tiers: the name of a tier has at most 24 lower-case letters, digits, hyphens and underscores, ' +
      'starts with a letter or digit and does not end in -dlq.',
    [
      [
        'a tier name too long for a queue',
        { default_tier: 'aaaaaaaaaaaaaaaaaaaaaaaaa', runner_tiers: { aaaaaaaaaaaaaaaaaaaaaaaaa: tier() } },
        'Invalid tiers: aaaaaaaaaaaaaaaaaaaaaaaaa.',
      ],
      [
        'a tier name in upper case',
        { default_tier: 'Small', runner_tiers: { Small: tier() } },
        'Invalid tiers: Small.',
      ],
      [
        'a tier name that takes another queue’s name',
        { default_tier: 'small-dlq', runner_tiers: { 'small-dlq': tier() } },
        'Invalid tiers: small-dlq.',
      ],
    ],
  ],
  [
    'runner_tiers: runner_os must be linux.',
    [['Windows', { runner_tiers: { small: tier({ runner_os: 'windows' }) } }, 'Invalid tiers: small.']],
  ],
  [
    'runner_tiers: runner_architecture must be x64 or arm64.',
    [
      [
        'an unknown architecture',
        { runner_tiers: { small: tier({ runner_architecture: 'x86_64' }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: instance_types must name at least one EC2 instance type, such as t3.medium.',
    [
      [
        'a tier without instance types',
        { runner_tiers: { small: tier({ instance_types: [] }) } },
        'Invalid tiers: small.',
      ],
      [
        'an instance type that is none',
        { runner_tiers: { small: tier({ instance_types: ['t3.medium', 'medium'] }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: max_minutes_per_day, limit_minutes and limit_spend must be at least 0.',
    [
      [
        'a day that gives time',
        { runner_tiers: { small: tier({ max_minutes_per_day: -1 }) } },
        'Invalid tiers: small.',
      ],
      ['a month that gives money', { runner_tiers: { small: tier({ limit_spend: -5 }) } }, 'Invalid tiers: small.'],
    ],
  ],
  [
    'runner_tiers: the sizes of a pool must be integers from 0 to 50.',
    [
      ['half a machine', { runner_tiers: { small: tier({ pool: { size: 0.5 } }) } }, 'Invalid tiers: small.'],
      [
        'a schedule of a hundred',
        { runner_tiers: { small: tier({ pool: { size: 1, schedule: [{ cron: '* * * * *', size: 100 }] } }) } },
        'Invalid tiers: small.',
      ],
      [
        'less than none for a tenant',
        { runner_tiers: { small: tier({ pool: { size: 1, dedicated: { 1001: -1 } } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: pool.max_idle_minutes must be an integer from 15 to 1440.',
    [
      [
        'machines that never grow old',
        { runner_tiers: { small: tier({ pool: { size: 1, max_idle_minutes: 10080 } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: pool.schedule needs a cron of five fields of figures, such as * 8-17 * * 1-5, and a time_zone ' +
      'such as Europe/Berlin.',
    [
      [
        'names of days',
        { runner_tiers: { small: tier({ pool: { size: 1, schedule: [{ cron: '* 8 * * MON', size: 2 }] } }) } },
        'Invalid tiers: small.',
      ],
      [
        'six fields',
        { runner_tiers: { small: tier({ pool: { size: 1, schedule: [{ cron: '0 8 * * 1 *', size: 2 }] } }) } },
        'Invalid tiers: small.',
      ],
      [
        'an offset for a zone',
        {
          runner_tiers: {
            small: tier({ pool: { size: 1, schedule: [{ cron: '* 8 * * 1', time_zone: '+01:00', size: 2 }] } }),
          },
        },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: pool.schedule must hold at some time: minutes from 0 to 59, hours to 23, days from 1 to 31, ' +
      'months to 12, days of the week from 0 to 7, ranges upwards, and a day that one of its months has.',
    ['60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 8', '20-10 * * * *', '*/0 * * * *', '* * 30 02 *']
      .concat('* * 31 4,6,9-9,11 *')
      .map((cron) => [
        cron,
        { runner_tiers: { small: tier({ pool: { size: 1, schedule: [{ cron, size: 2 }] } }) } },
        'Invalid tiers: small.',
      ]),
  ],
  [
    'runner_tiers: pool.dedicated must be keyed by installation ids, such as 12345678.',
    [
      [
        'a login for a tenant',
        { runner_tiers: { small: tier({ pool: { size: 1, dedicated: { acme: 1 } } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: max_runners must be an integer, 0 or more.',
    [
      ['a negative max runners', { runner_tiers: { small: tier({ max_runners: -1 }) } }, 'Invalid tiers: small.'],
      ['half a runner', { runner_tiers: { small: tier({ max_runners: 1.5 }) } }, 'Invalid tiers: small.'],
    ],
  ],
  [
    'runner_tiers: labels must contain 1 to 100 labels, none of them empty, with a comma, or with blanks ' +
      'at either end.',
    [
      ['a tier without labels', { runner_tiers: { small: tier({ labels: [] }) } }, 'Invalid tiers: small.'],
      ['an empty label', { runner_tiers: { small: tier({ labels: ['linux', ''] }) } }, 'Invalid tiers: small.'],
      [
        'a label with blanks around it',
        { runner_tiers: { small: tier({ labels: ['linux '] }) } },
        'Invalid tiers: small.',
      ],
      [
        'two labels written as one',
        { runner_tiers: { small: tier({ labels: ['linux,x64'] }) } },
        'Invalid tiers: small.',
      ],
      [
        'more than a hundred labels',
        { runner_tiers: { small: tier({ labels: Array.from({ length: 101 }, (_, n) => `label-${n}`) }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: capacity must be on-demand, spot or spot-with-fallback.',
    [['a capacity that is none', { runner_tiers: { small: tier({ capacity: 'reserved' }) } }, 'Invalid tiers: small.']],
  ],
  [
    'runner_tiers: runner_group_id must be an integer, 1 or more.',
    [
      [
        'a runner group that is none',
        { runner_tiers: { small: tier({ runner_group_id: 0 }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: disk.size_gb must be an integer from 8 (the size of the image) to 16384.',
    [
      [
        'a disk smaller than the image',
        { runner_tiers: { small: tier({ disk: { size_gb: 4 } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner.disk.size_gb must be an integer from 8 (the size of the image) to 16384.',
    [['a disk smaller than any image', { runner: { disk: { size_gb: 4 } } }]],
  ],
  [
    'runner.disk.type must be gp3 or io2, not "gp2".',
    [['a disk of the last generation', { runner: { disk: { type: 'gp2' } } }]],
  ],
  [
    'runner_tiers: subnet_ids must contain at least one subnet ID, each of them once.',
    [
      [
        'an empty list of a tier’s subnets',
        { runner_tiers: { small: tier({ subnet_ids: [] }) } },
        'Invalid tiers: small.',
      ],
      [
        'a tier’s subnet that is none',
        { runner_tiers: { small: tier({ subnet_ids: ['private-a'] }) } },
        'Invalid tiers: small.',
      ],
      [
        'a tier’s subnet named twice',
        { runner_tiers: { small: tier({ subnet_ids: ['subnet-0aaa', 'subnet-0aaa'] }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: image must have exactly one of id, ssm_parameter and filter.',
    [
      ['a tier’s image that names nothing', { runner_tiers: { small: tier({ image: {} }) } }, 'Invalid tiers: small.'],
      [
        'two images of one tier',
        { runner_tiers: { small: tier({ image: { id: 'ami-0123456789abcdef0', ssm_parameter: '/golden/runner' } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: image.id must be the ID of an AMI, such as ami-0123456789abcdef0.',
    [
      [
        'a tier’s image id that is none',
        { runner_tiers: { small: tier({ image: { id: 'golden' } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: image.filter.owners must name the trusted owners of images: account IDs, self or amazon.',
    [
      [
        'a tier’s images of anyone',
        { runner_tiers: { small: tier({ image: { filter: { name: 'runner-*', owners: [] } } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: disk.type must be gp3 or io2.',
    [
      [
        'a tier’s disk of the last generation',
        { runner_tiers: { small: tier({ disk: { type: 'gp2' } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner.disk.throughput must be from 125 to 1000 MB/s.',
    [['less throughput than gp3 starts with', { runner: { disk: { throughput: 50 } } }]],
  ],
  [
    'runner_tiers: disk.throughput must be from 125 to 1000 MB/s.',
    [
      [
        'more throughput of a tier than gp3 has',
        { runner_tiers: { small: tier({ disk: { iops: 5000, throughput: 1001 } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'default_tier must be a key of runner_tiers (large, medium, small).',
    [['a default tier that is no tier', { default_tier: 'tiny' }, 'Invalid tier: tiny.']],
  ],
  [
    'EC2 does not support the disk settings of these tiers, which include those of runner.disk.',
    [
      [
        'an io2 disk without iops',
        { runner_tiers: { small: tier({ disk: { type: 'io2' } }) } },
        'Invalid tiers: small (io2 needs iops).',
      ],
      [
        'a throughput that io2 does not take',
        { runner_tiers: { small: tier({ disk: { type: 'io2', iops: 4000, throughput: 250 } }) } },
        'Invalid tiers: small (only gp3 takes a throughput).',
      ],
      [
        'fewer iops than gp3 starts with',
        { runner: { disk: { iops: 100 } } },
        'Invalid tiers: large (gp3 starts at 3000 iops), medium (gp3 starts at 3000 iops), small (gp3 starts ' +
          'at 3000 iops).',
      ],
      [
        'more throughput than gp3 has for its iops',
        { runner_tiers: { small: tier({ disk: { throughput: 751 } }) } },
        'Invalid tiers: small (gp3 has at most 0.25 MB/s for each of its 3000 iops).',
      ],
      [
        'more iops than gp3 has for its size',
        { runner_tiers: { small: tier({ disk: { size_gb: 8, iops: 4001 } }) } },
        'Invalid tiers: small (gp3 has at most 500 iops for each GB: 4000).',
      ],
      [
        'more iops than io2 has for its size',
        { runner_tiers: { small: tier({ disk: { size_gb: 8, type: 'io2', iops: 8001 } }) } },
        'Invalid tiers: small (io2 has at most 1000 iops for each GB: 8000).',
      ],
      [
        'fewer iops than io2 starts with',
        { runner_tiers: { small: tier({ disk: { type: 'io2', iops: 99 } }) } },
        'Invalid tiers: small (io2 starts at 100 iops).',
      ],
      [
        'more iops than io2 has',
        { runner_tiers: { small: tier({ disk: { size_gb: 1000, type: 'io2', iops: 256001 } }) } },
        'Invalid tiers: small (io2 has at most 256000 iops).',
      ],
      [
        'more iops than gp3 has',
        { runner_tiers: { small: tier({ disk: { size_gb: 1000, iops: 80001 } }) } },
        'Invalid tiers: small (gp3 has at most 80000 iops).',
      ],
    ],
  ],
  [
    'runner_tiers: two tiers have the same labels. Add a label to the one that sets a limit only.',
    [
      [
        'two tiers with the same labels whatever their case and order',
        {
          runner_tiers: {
            small: tier({ labels: ['self-hosted', 'linux'] }),
            gold: tier({ max_runners: 9, labels: ['Linux', 'self-hosted'] }),
          },
        },
        'Invalid tiers: gold and small.',
      ],
    ],
  ],
  [
    'runner_tiers: image.ssm_parameter must be the full name of an SSM parameter, starting with a slash.',
    [
      [
        'a tier’s image parameter without its slash',
        { runner_tiers: { small: tier({ image: { ssm_parameter: 'golden' } }) } },
        'Invalid tiers: small.',
      ],
    ],
  ],
  [
    'runner_tiers: runner_os must be linux. Invalid tiers: large, small.\nrunner_tiers: max_runners must ' +
      'be an integer, 0 or more. Invalid tiers: small.',
    [
      [
        'all mistakes at once, each tier by name',
        {
          runner_tiers: {
            small: tier({ runner_os: 'windows', max_runners: -1 }),
            large: tier({ runner_os: 'macos', labels: ['large'] }),
          },
        },
      ],
    ],
  ],
];

/** [what, inputs], as many in one plan as there is room for. */
export const ACCEPTED = [
  [
    'tiers at the edge of every rule',
    {
      default_tier: 'aaaaaaaaaaaaaaaaaaaaaaaa',
      runner_tiers: {
        aaaaaaaaaaaaaaaaaaaaaaaa: tier({ max_runners: 0, labels: ['self hosted'] }),
        '2-arm_64': tier({
          runner_architecture: 'arm64',
          instance_types: ['t4g.medium', 'u-6tb1.metal'],
          max_runners: 1000,
          labels: ['ARM64'],
          rank: 1.5,
          capacity: 'spot',
          runner_group_id: 7,
          disk: { size_gb: 8 },
        }),
      },
    },
  ],
  [
    'schedules at the edge of every field',
    {
      runner_tiers: {
        small: tier({
          pool: {
            size: 0,
            schedule: ['* 8-17 * * 1-5', ' 0,59  0,23 1,31 1,12 0,7', '*/59 08 29 2 *', '* * 31 2,3-5/2 *']
              .map((cron) => ({ cron, size: 1 }))
              .concat({ cron: '0-59/99 * * * *', size: 50, time_zone: 'America/Argentina/Buenos_Aires' }),
          },
        }),
      },
    },
  ],
  [
    'a tier whose labels another has and one more',
    {
      runner_tiers: {
        small: tier({ labels: ['self-hosted', 'linux'] }),
        gold: tier({ max_runners: 9, labels: ['linux', 'self-hosted', 'gold'] }),
      },
    },
  ],
];
