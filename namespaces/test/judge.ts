// Every expectation of what is rendered, over any set of manifests: the tests give it what is rendered, which breaks
// none, and mutants, which must break some.
import { judgeAdmission } from './judge-admission';
import { judgeNetwork } from './judge-network';
import { judgePods, judgeQuota } from './judge-pods';
import { HANDED_ON, LETTERS, POWERS, TABLE, VERBS } from './personas';
import { can, mayBind, mayWriteRole, rulesOf } from './rbac';
import { NAMESPACE, SETTINGS, ofKind, type Manifest } from './rendered';

export interface Row {
  readonly what: string;
  readonly holds: boolean;
}

/** Each table, and the kinds that it is about; `*` for all. */
const TABLES: readonly (readonly [string, (manifests: readonly Manifest[]) => Row[]])[] = [
  ['*', judgeNames],
  ['Role RoleBinding', judgePersonas],
  ['Role RoleBinding', judgeEscalation],
  ['Namespace', judgePods],
  ['ResourceQuota LimitRange', judgeQuota],
  ['NetworkPolicy', judgeNetwork],
  ['ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding', judgeAdmission],
];

/** @param kind for the tables that are about this kind alone */
export function judge(manifests: readonly Manifest[], kind?: string): Row[] {
  return TABLES.filter(([kinds]) => kind === undefined || kinds === '*' || kinds.split(' ').includes(kind)).flatMap(
    ([, table]) => table(manifests),
  );
}

function judgePersonas(manifests: readonly Manifest[]): Row[] {
  const personas = ['admin', 'user', 'viewer'].map((name) => ({
    name,
    rules: rulesOf(manifests, `${NAMESPACE}:${name}`),
  }));
  const rows = TABLE.flatMap(([group, resources, ...cells]) =>
    resources.split(' ').flatMap((resource) =>
      personas.flatMap(({ name, rules }, index) =>
        [...VERBS, ...POWERS].map((verb) => {
          const expected = LETTERS[cells[index] ?? '']?.includes(verb) ?? false;
          return {
            what: `the tenant's ${name} ${expected ? 'may' : 'may not'} ${verb} ${resource} of "${group}"`,
            holds: can(rules, { verb, group, resource }) === expected,
          };
        }),
      ),
    ),
  );
  const operator = rulesOf(manifests, 'platform');
  const strangers = ['other:admin', 'system:authenticated', 'tenant-globex:admin'];
  return [
    ...rows,
    {
      what: 'the cluster administrator may do everything in it',
      holds: can(operator, { verb: 'delete', group: 'apps', resource: 'daemonsets' }),
    },
    ...strangers.map((group) => ({
      what: `nobody of ${group} may read pods`,
      holds: !can(rulesOf(manifests, group), { verb: 'get', group: '', resource: 'pods' }),
    })),
  ];
}

function judgeEscalation(manifests: readonly Manifest[]): Row[] {
  const admin = rulesOf(manifests, `${NAMESPACE}:admin`);
  const user = rulesOf(manifests, `${NAMESPACE}:user`);
  return HANDED_ON.flatMap(([what, rules, expected]) => {
    const wanted = rules.map(([group, resource, verb]) => ({
      apiGroups: [group],
      resources: [resource],
      verbs: [verb],
    }));
    const word = expected ? 'hands on' : 'does not hand on';
    return [
      { what: `the administrator ${word} ${what} by a role`, holds: mayWriteRole(admin, wanted) === expected },
      { what: `the administrator ${word} ${what} by a binding`, holds: mayBind(admin, 'roles', wanted) === expected },
      { what: `the user hands on nothing: ${what}`, holds: !mayWriteRole(user, wanted) },
    ];
  });
}

/** What is there, by kind and name; labels; accounts. */
function judgeNames(manifests: readonly Manifest[]): Row[] {
  const [namespace] = ofKind(manifests, 'Namespace');
  const labels = namespace?.metadata.labels ?? {};
  const accounts = ofKind(manifests, 'ServiceAccount');
  const [scaler] = ofKind(manifests, 'HorizontalPodAutoscaler');
  const modes = ['enforce', 'audit', 'warn'];
  const rendered = manifests.filter(({ kind }) => kind !== 'Namespace');
  return [
    { what: 'the namespace has the name of the tenant', holds: namespace?.metadata.name === NAMESPACE },
    ...modes.flatMap((mode) => [
      { what: `Pod Security: ${mode}`, holds: labels[`pod-security.kubernetes.io/${mode}`] === 'restricted' },
      { what: `its version: ${mode}`, holds: labels[`pod-security.kubernetes.io/${mode}-version`] === 'latest' },
    ]),
    { what: 'the namespace names its tenant', holds: labels['tenant-namespace/tenant-id'] === '101' },
    { what: 'and its isolation', holds: labels['tenant-namespace/isolation'] === 'node_pool' },
    { what: 'and its name', holds: labels['tenant-namespace/tenant'] === 'acme' },
    ...['default', ...Object.keys(SETTINGS.defaults?.service_accounts ?? {})].map((name) => ({
      what: `the account ${name} is there, and its token is put into no pod`,
      holds: accounts.some((one) => one.metadata.name === name && one.automountServiceAccountToken === false),
    })),
    {
      what: 'the autoscaler keeps to its figures',
      holds:
        scaler?.spec.minReplicas === 2 &&
        scaler.spec.maxReplicas === 5 &&
        scaler.spec.scaleTargetRef.name === 'web' &&
        scaler.spec.metrics[0]?.resource.target.averageUtilization === 70,
    },
    {
      what: 'everything says who manages it',
      holds: manifests.every((one) => one.metadata.labels?.['app.kubernetes.io/managed-by'] === 'tenant-namespace'),
    },
    {
      what: 'everything that has a namespace has this one',
      holds: rendered.every(({ kind, metadata }) =>
        kind.startsWith('Validating') ? metadata.name.startsWith(`${NAMESPACE}-`) : metadata.namespace === NAMESPACE,
      ),
    },
  ];
}
