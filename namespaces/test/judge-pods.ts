import type { Row } from './judge';
import { refusals } from './pod-security';
import { claimFits, completed, exceeded, quantity } from './quota';
import { PLANS, ofKind, type Manifest } from './rendered';

const CONTAINER = {
  name: 'web',
  image: 'web:1',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
export const POD: Manifest = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [CONTAINER],
};
const withContainer = (security: object, more: object = {}): Manifest => ({
  ...POD,
  containers: [{ ...CONTAINER, ...more, securityContext: { ...CONTAINER.securityContext, ...security } }],
});

/** [what, pod, what Pod Security refuses about it] */
const PODS: readonly (readonly [string, Manifest, readonly string[]])[] = [
  ['a hardened pod', POD, []],
  ['one that binds low ports', withContainer({ capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }), []],
  [
    'one with volumes of its own',
    {
      ...POD,
      volumes: [
        { name: 'a', emptyDir: {} },
        { name: 'b', secret: {} },
      ],
    },
    [],
  ],
  ['a privileged one', withContainer({ privileged: true }), ['privileged']],
  ['one that may gain rights', withContainer({ allowPrivilegeEscalation: true }), ['allowPrivilegeEscalation']],
  ['one that keeps capabilities', withContainer({ capabilities: {} }), ['capabilities']],
  [
    'one that adds capabilities',
    withContainer({ capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] } }),
    ['capabilities'],
  ],
  [
    'one that may be root',
    { ...POD, securityContext: { seccompProfile: { type: 'RuntimeDefault' } } },
    ['runAsNonRoot'],
  ],
  ['a container that may be root', withContainer({ runAsNonRoot: false }), ['runAsNonRoot']],
  ['one that is root', withContainer({ runAsUser: 0 }), ['runAsUser']],
  ['one without seccomp', { ...POD, securityContext: { runAsNonRoot: true } }, ['seccompProfile']],
  ['one with seccomp off', withContainer({ seccompProfile: { type: 'Unconfined' } }), ['seccompProfile']],
  ['one in the network of its node', { ...POD, hostNetwork: true }, ['hostNetwork']],
  ['one that sees the processes of its node', { ...POD, hostPID: true, hostIPC: true }, ['hostIPC', 'hostPID']],
  ['one with a folder of its node', { ...POD, volumes: [{ name: 'a', hostPath: { path: '/' } }] }, ['hostPath']],
  ['one with a port of its node', withContainer({}, { ports: [{ containerPort: 80, hostPort: 80 }] }), ['hostPort']],
  [
    'one with kernel settings',
    { ...POD, securityContext: { ...POD.securityContext, sysctls: [{ name: 'kernel.msgmax' }] } },
    ['kernel.msgmax'],
  ],
  ['one that sees all of /proc', withContainer({ procMount: 'Unmasked' }), ['procMount']],
  ['one without AppArmor', withContainer({ appArmorProfile: { type: 'Unconfined' } }), ['appArmorProfile']],
  ['one with a label of SELinux', withContainer({ seLinuxOptions: { type: 'spc_t' } }), ['seLinuxOptions']],
  [
    'a bad container that starts first',
    { ...POD, initContainers: [{ name: 'init' }] },
    ['allowPrivilegeEscalation', 'capabilities'],
  ],
  [
    'a bad container that joins later',
    { ...POD, ephemeralContainers: [{ name: 'shell' }] },
    ['allowPrivilegeEscalation', 'capabilities'],
  ],
];

export function judgePods(manifests: readonly Manifest[]): Row[] {
  return PODS.map(([what, pod, expected]) => ({
    what: `Pod Security ${expected.length === 0 ? 'admits' : 'refuses'} ${what}`,
    holds: JSON.stringify(refusals(manifests, pod)) === JSON.stringify(expected),
  }));
}

const KEYS: readonly (readonly [string, string])[] = [
  ['requests.cpu', 'requests_cpu'],
  ['requests.memory', 'requests_memory'],
  ['limits.cpu', 'limits_cpu'],
  ['limits.memory', 'limits_memory'],
  ['requests.storage', 'storage'],
  ['pods', 'pods'],
  ['persistentvolumeclaims', 'persistent_volume_claims'],
  ['services', 'services'],
  ['services.loadbalancers', 'load_balancers'],
  ['count/jobs.batch', 'jobs'],
];

/** Over the figures of the plan `free`. */
export function judgeQuota(manifests: readonly Manifest[]): Row[] {
  const plan = PLANS['free'] ?? {};
  const rows = KEYS.flatMap(([name, field]) => {
    const most = quantity(plan[field] ?? -1);
    const step = Math.min(1, Math.max(most / 10, 0.1));
    return [
      {
        what: `the plan's ${name} may be used up`,
        holds: exceeded(manifests, { [name]: 0 }, { [name]: most }).length === 0,
      },
      {
        what: `no more ${name} than the plan's`,
        holds: exceeded(manifests, { [name]: most }, { [name]: step }).includes(name),
      },
    ];
  });
  const bare = completed(manifests);
  const fields = (kind: 'requests' | 'limits'): unknown => [
    bare.resources[kind]['cpu'],
    bare.resources[kind]['memory'],
  ];
  const figures = (...names: string[]): string => JSON.stringify(names.map((name) => plan[name]));
  const asks = (limits: Record<string, string>): string[] => completed(manifests, { limits }).refused;
  return [
    ...rows,
    { what: 'no port of a node is opened', holds: exceeded(manifests, {}, { 'services.nodeports': 1 }).length === 1 },
    {
      what: 'a container that asks for nothing gets what the plan gives',
      holds: JSON.stringify(fields('requests')) === figures('container_request_cpu', 'container_request_memory'),
    },
    {
      what: 'and is limited to what the plan says',
      holds: JSON.stringify(fields('limits')) === figures('container_limit_cpu', 'container_limit_memory'),
    },
    { what: 'the largest container fits', holds: asks({ cpu: '1', memory: '1Gi' }).length === 0 },
    { what: 'one with a larger processor does not', holds: asks({ cpu: '1001m', memory: '1Gi' }).includes('cpu') },
    { what: 'nor one with more memory', holds: asks({ cpu: '1', memory: '1025Mi' }).includes('memory') },
    {
      what: 'the largest claim fits, and no larger',
      holds: claimFits(manifests, '5Gi') && !claimFits(manifests, '6Gi'),
    },
    {
      what: 'quota and limits name the plan',
      holds: [...ofKind(manifests, 'ResourceQuota'), ...ofKind(manifests, 'LimitRange')].every(
        ({ metadata }) => metadata.labels?.['tenant-namespace/plan'] === 'free',
      ),
    },
  ];
}
