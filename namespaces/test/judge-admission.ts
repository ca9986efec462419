import { denials, type Request } from './admission';
import type { Row } from './judge';
import { POD } from './judge-pods';
import { NAMESPACE, type Manifest } from './rendered';

const POOL = 'tenant-namespace/pool';
const HELD: Manifest = {
  ...POD,
  nodeSelector: { [POOL]: NAMESPACE },
  tolerations: [{ key: POOL, operator: 'Equal', value: NAMESPACE, effect: 'NoSchedule' }],
};
const tolerating = (...more: object[]): Manifest => ({ ...HELD, tolerations: [...HELD.tolerations, ...more] });

/** [what, spec, whether it is admitted] */
const PODS: readonly (readonly [string, Manifest, boolean])[] = [
  ['a pod on its own pool', HELD, true],
  [
    'one that waits out a node that is not ready',
    tolerating({ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }),
    true,
  ],
  ['one without a selector', { ...HELD, nodeSelector: undefined }, false],
  ['one with the selector of another pool', { ...HELD, nodeSelector: { [POOL]: 'tenant-globex' } }, false],
  ['one with another selector', { ...HELD, nodeSelector: { disk: 'ssd' } }, false],
  ['one that tolerates nothing', { ...HELD, tolerations: undefined }, false],
  [
    'one that tolerates another pool besides',
    tolerating({ key: POOL, operator: 'Equal', value: 'tenant-globex' }),
    false,
  ],
  ['one that tolerates every pool', tolerating({ key: POOL, operator: 'Exists' }), false],
  ['one that tolerates everything', tolerating({ operator: 'Exists' }), false],
  ['one that names its node', { ...HELD, nodeName: 'ip-10-0-0-1' }, false],
  ['one of the highest priority', { ...HELD, priorityClassName: 'system-node-critical' }, false],
];

const OPERATORS = ['system:masters', 'system:serviceaccounts:kube-system', 'platform', 'system:serviceaccounts:argocd'];
const TENANT = [
  `${NAMESPACE}:admin`,
  'system:authenticated',
  'system:serviceaccounts',
  `system:serviceaccounts:${NAMESPACE}`,
];
const EVERY = ['CREATE', 'UPDATE', 'DELETE'] as const;
const RBAC = 'rbac.authorization.k8s.io';
const RENDERED = { metadata: { labels: { 'app.kubernetes.io/managed-by': 'tenant-namespace' } } };
const OWN = { metadata: { labels: { app: 'web' } } };
const PLAIN = { metadata: {} };

/** [group, resource, operations that are guarded, the object before] */
const GUARDED: readonly (readonly [string, string, readonly Request['operation'][], Manifest])[] = [
  ['networking.k8s.io', 'networkpolicies', EVERY, PLAIN],
  ['', 'resourcequotas', EVERY, PLAIN],
  ['', 'limitranges', EVERY, PLAIN],
  ['', 'namespaces', ['UPDATE', 'DELETE'], PLAIN],
  [RBAC, 'roles', ['UPDATE', 'DELETE'], RENDERED],
  [RBAC, 'rolebindings', ['UPDATE', 'DELETE'], RENDERED],
  ['', 'serviceaccounts', ['UPDATE', 'DELETE'], RENDERED],
  [RBAC, 'roles', [], OWN],
  [RBAC, 'rolebindings', [], PLAIN],
  ['', 'serviceaccounts', [], OWN],
  ['', 'configmaps', [], RENDERED],
];

const NO_GROUPS = { operation: 'UPDATE', groups: undefined } as const;
/** What expressions ask for is not there. */
const UNCLEAR: readonly (readonly [string, Partial<Request>])[] = [
  ['a pod without a spec', { object: { metadata: {} } }],
  ['a quota by a user whose groups are not known', { ...NO_GROUPS, resource: 'resourcequotas' }],
  ['a role by such a user', { ...NO_GROUPS, group: RBAC, resource: 'roles', oldObject: RENDERED }],
];

export function judgeAdmission(manifests: readonly Manifest[]): Row[] {
  const denied = (request: Partial<Request>): boolean =>
    denials(manifests, {
      operation: 'CREATE',
      group: '',
      resource: 'pods',
      namespace: NAMESPACE,
      groups: TENANT,
      ...request,
    }).length > 0;
  const pods = PODS.map(([what, spec, admitted]) => ({
    what: `admission ${admitted ? 'admits' : 'denies'} ${what}`,
    // A field that is not set is not there, as in what the API server gives to CEL.
    holds: denied({ object: JSON.parse(JSON.stringify({ metadata: {}, spec })) }) !== admitted,
  }));
  const elsewhere = {
    what: 'a pod of another namespace is not judged',
    holds: !denied({ namespace: 'tenant-globex', object: { spec: POD } }),
  };
  const guarded = GUARDED.flatMap(([group, resource, operations, before]) =>
    EVERY.flatMap((operation) => {
      const request = { group, resource, operation, oldObject: operation === 'CREATE' ? null : before };
      const isDenied = operations.includes(operation);
      return [
        {
          what: `a tenant's ${operation} of ${resource} is ${isDenied ? 'denied' : 'admitted'}`,
          holds: denied(request) === isDenied,
        },
        {
          what: `${operation} of ${resource} in another namespace is not judged`,
          holds: !denied({ ...request, namespace: 'kube-system' }),
        },
        ...OPERATORS.map((operator) => ({
          what: `${operator} may ${operation} ${resource}`,
          holds: !denied({ ...request, groups: [operator] }),
        })),
      ];
    }),
  );
  const unclear = UNCLEAR.map(([what, request]) => ({
    what: `${what}, which no expression can judge, is denied`,
    holds: denied(request),
  }));
  return [...pods, elsewhere, ...guarded, ...unclear];
}
