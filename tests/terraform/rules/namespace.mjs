// The namespace of a tenant. Each rule rejects something.
const CIDR = 'egress: every cidr must be an IPv4 block that starts at its own first address, such as 10.20.0.0/16.';
const PORTS = [{ port: 443 }];
const PLAN = {
  requests_cpu: '1',
  requests_memory: '1Gi',
  limits_cpu: '2',
  limits_memory: '2Gi',
  pods: 5,
  persistent_volume_claims: 1,
  services: 1,
  load_balancers: 0,
  storage: '5Gi',
  jobs: 1,
  container_request_cpu: '100m',
  container_request_memory: '128Mi',
  container_limit_cpu: '500m',
  container_limit_memory: '256Mi',
  container_max_cpu: '1',
  container_max_memory: '1Gi',
};

/** [rule, [what, inputs]] */
export const REJECTED = [
  [
    'tenant.name must have 1 to 40 lower-case letters, digits and dashes, and start and end with a letter or digit; ' +
      'it is "Acme_Inc".',
    [['a name that is no label of DNS', { tenant: { id: '1', name: 'Acme_Inc' } }]],
  ],
  [
    'tenant.id must be a value that a Kubernetes label can have, such as the installation_id; it is "1 2".',
    [['an id with a space', { tenant: { id: '1 2', name: 'acme' } }]],
  ],
  [
    'namespace_prefix must start with a letter, end with a dash, have at most 22 lower-case letters, digits and ' +
      'dashes, and not start with kube-, which Kubernetes reserves; it is "kube-".',
    [['a prefix of the system', { namespace_prefix: 'kube-' }]],
  ],
  [
    'plan must be one of business, enterprise, free, team; it is "gold".',
    [['a plan that nobody defined', { plan: 'gold' }]],
  ],
  [
    'plans: processors are whole numbers or thousandths (2, 500m), and sizes are whole numbers of Mi, Gi or Ti ' +
      '(512Mi).',
    [
      ['a processor in parts', { plans: { own: { ...PLAN, requests_cpu: '0.5' } } }],
      ['a size without a unit', { plans: { own: { ...PLAN, storage: '5' } } }],
    ],
  ],
  [
    'plans: pods, persistent_volume_claims, services, load_balancers and jobs are whole numbers of at least 0.',
    [['half a pod', { plans: { own: { ...PLAN, pods: 0.5 } } }]],
  ],
  [
    "plans: a priority_class is the name of a PriorityClass of your cluster, and none of the system's.",
    [['the priority of the system', { plans: { own: { ...PLAN, priority_class: 'system-node-critical' } } }]],
  ],
  ['isolation must be namespace, node_pool or cluster, not "vm".', [['an unknown isolation', { isolation: 'vm' }]]],
  [
    CIDR,
    [
      ['a block of IPv6', { egress: { web: { cidr: '::/0', ports: PORTS } } }],
      ['a block that starts within itself', { egress: { web: { cidr: '10.20.0.7/16', ports: PORTS } } }],
    ],
  ],
  [
    'egress must not open 169.254.0.0/16: the metadata and the credentials of the node answer there.',
    [['the metadata of the node', { egress: { imds: { cidr: '169.254.169.254/32', ports: PORTS } } }]],
  ],
  [
    'egress: every block needs ports, each from 1 to 65535 with the protocol TCP or UDP.',
    [
      ['a block without ports', { egress: { web: { cidr: '10.0.0.0/8', ports: [] } } }],
      ['a port that is none', { egress: { web: { cidr: '10.0.0.0/8', ports: [{ port: 0 }] } } }],
    ],
  ],
  [
    'egress: names have lower-case letters, digits and dashes, 42 at most.',
    [['a name with a space', { egress: { 'the web': { cidr: '10.0.0.0/8', ports: PORTS } } }]],
  ],
  [
    'ingress_namespaces must be distinct names of namespaces of at most 58 characters.',
    [['a namespace twice', { ingress_namespaces: ['ingress', 'ingress'] }]],
  ],
  [
    'service_accounts: names have lower-case letters, digits and dashes, 42 at most, and none is default, which pods ' +
      'get that name none.',
    [['the account of pods that name none', { service_accounts: { default: { s3: true } } }]],
  ],
  [
    'groups: names have letters, digits and any of :._/@=+-, and none starts with system:, which Kubernetes reserves.',
    [['a group of the system', { groups: { admin: 'system:masters' } }]],
  ],
  [
    'operator_groups: names have letters, digits and any of :._/@=+-, and none is a group that everybody is in.',
    [['everybody as operator', { operator_groups: ['system:authenticated'] }]],
  ],
  [
    "autoscaling: each name is a Deployment's, min is at least 1, max at least min, and cpu_percent from 1 to 100.",
    [['fewer pods at most than at least', { autoscaling: { web: { min: 3, max: 2 } } }]],
  ],
  [
    'cluster_name must be the name of an EKS cluster; it is "apps.eu".',
    [['a cluster with a dot', { cluster_name: 'apps.eu' }]],
  ],
  [
    'oidc_provider_arn must be the ARN of an IAM OIDC provider, such as ' +
      'arn:aws:iam::123456789012:oidc-provider/oidc.eks.us-east-1.amazonaws.com/id/EXAMPLE; it is "https://oidc".',
    [['an address as provider', { oidc_provider_arn: 'https://oidc' }]],
  ],
  [
    'bucket is required, because these service accounts have s3: app.',
    [['a prefix of no bucket', { service_accounts: { app: { s3: true } } }]],
  ],
  ['repositories: names have lower-case letters, digits and dashes.', [['a path', { repositories: ['a/b'] }]]],
  [
    "deploy.subjects must be exact subjects of GitHub's tokens, such as repo:acme/shop:environment:production, " +
      'without wildcards.',
    [
      [
        'every branch of a repository',
        {
          deploy: {
            github_oidc_provider_arn: 'arn:aws:iam::123456789012:oidc-provider/github',
            subjects: ['repo:acme/shop:*'],
          },
        },
      ],
    ],
  ],
  [
    'budget: monthly_usd must be more than 0, and emails 1 to 10 addresses.',
    [['a budget that nobody hears of', { budget: { monthly_usd: 10, emails: [] } }]],
  ],
  [
    `The namespace "${'t'.repeat(21)}-${'a'.repeat(40)}" has more than 54 characters, and the policies that are ` +
      'named after it have no room; shorten namespace_prefix or tenant.name.',
    [
      [
        'a name that leaves no room',
        { namespace_prefix: `${'t'.repeat(21)}-`, tenant: { id: '1', name: 'a'.repeat(40) } },
      ],
    ],
  ],
];

/** [what, inputs] */
export const ACCEPTED = [
  ['a tenant and nothing else', {}],
  ['a plan of your own', { plan: 'own', plans: { own: { ...PLAN, priority_class: 'batch' } } }],
  [
    'everything at once',
    {
      plan: 'enterprise',
      isolation: 'node_pool',
      egress: { web: { cidr: '0.0.0.0/0', ports: [{ port: 443 }, { port: 53, protocol: 'UDP' }] } },
      ingress_namespaces: ['ingress-nginx'],
      service_accounts: { app: { s3: true, policy_arns: { more: 'arn:aws:iam::123456789012:policy/more' } } },
      bucket: 'data',
      kms: true,
      pod_identity: true,
      repositories: ['web'],
      groups: { cluster_admin: 'platform', viewer: 'acme:readers' },
      deploy: {
        github_oidc_provider_arn: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
        subjects: ['repo:acme/shop:environment:production'],
      },
      budget: { monthly_usd: 500, emails: ['costs@example.com'] },
      autoscaling: { web: { min: 2, max: 10 } },
    },
  ],
];
