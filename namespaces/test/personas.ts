// Who may do what, as docs/kubernetes.md says it. W: everything, a whole collection deleted too. w: everything else. r:
// get, list, watch. l: get, list. x: get and create, which is how a shell or a tunnel is opened. -: nothing.
export const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'] as const;
export const POWERS = ['bind', 'escalate', 'impersonate', 'approve', 'sign', 'use'] as const;
const READ = ['get', 'list', 'watch'];
const WRITE = [...READ, 'create', 'update', 'patch', 'delete'];
export const LETTERS: Readonly<Record<string, readonly string[]>> = {
  W: VERBS,
  w: WRITE,
  r: READ,
  l: ['get', 'list'],
  x: ['get', 'create'],
  '-': [],
};

const RBAC = 'rbac.authorization.k8s.io';
/** [group, resources, administrator, user, viewer] */
export const TABLE: readonly (readonly [string, string, string, string, string])[] = [
  ['', 'pods services configmaps persistentvolumeclaims', 'W', 'w', 'r'],
  ['', 'secrets', 'W', '-', '-'],
  ['', 'pods/log pods/status events endpoints resourcequotas limitranges', 'r', 'r', 'r'],
  ['', 'pods/exec pods/portforward', 'x', '-', '-'],
  ['', 'pods/attach pods/ephemeralcontainers pods/eviction pods/proxy pods/binding', '-', '-', '-'],
  ['', 'serviceaccounts namespaces', 'r', '-', '-'],
  ['', 'serviceaccounts/token services/proxy namespaces/finalize resourcequotas/status', '-', '-', '-'],
  ['', 'nodes nodes/proxy persistentvolumes replicationcontrollers users groups', '-', '-', '-'],
  ['apps', 'deployments statefulsets', 'W', 'w', 'r'],
  ['apps', 'deployments/scale statefulsets/scale', 'W', 'w', '-'],
  ['apps', 'replicasets', 'W', 'r', 'r'],
  ['apps', 'replicasets/scale', 'W', '-', '-'],
  ['apps', 'deployments/status statefulsets/status', 'r', 'r', '-'],
  ['apps', 'replicasets/status', 'r', '-', '-'],
  ['apps', 'daemonsets controllerrevisions', '-', '-', '-'],
  ['batch', 'jobs cronjobs', 'W', 'w', 'r'],
  ['batch', 'jobs/status cronjobs/status', 'r', '-', '-'],
  ['autoscaling', 'horizontalpodautoscalers', 'W', 'w', 'r'],
  ['policy', 'poddisruptionbudgets', 'W', '-', '-'],
  ['networking.k8s.io', 'ingresses', 'W', 'r', 'r'],
  ['networking.k8s.io', 'networkpolicies', 'r', 'r', 'r'],
  ['networking.k8s.io', 'ingressclasses', '-', '-', '-'],
  ['argoproj.io', 'rollouts', 'W', 'w', 'r'],
  ['argoproj.io', 'rollouts/scale', 'W', 'w', '-'],
  ['argoproj.io', 'rollouts/status', 'r', 'r', '-'],
  ['argoproj.io', 'analysisruns analysistemplates', 'r', 'r', 'r'],
  ['argoproj.io', 'applications appprojects', '-', '-', '-'],
  ['metrics.k8s.io', 'pods', 'l', '-', '-'],
  [RBAC, 'roles rolebindings', 'w', '-', '-'],
  [RBAC, 'clusterroles clusterrolebindings', '-', '-', '-'],
  ['admissionregistration.k8s.io', 'validatingadmissionpolicies validatingadmissionpolicybindings', '-', '-', '-'],
  ['certificates.k8s.io', 'certificatesigningrequests signers', '-', '-', '-'],
  // Nobody names these: they stand for what a wildcard would let in.
  ...['', 'apps', 'batch', 'autoscaling', 'policy', 'networking.k8s.io', 'argoproj.io', 'metrics.k8s.io', RBAC].map(
    (group) => [group, 'unheard', '-', '-', '-'] as const,
  ),
  ['scheduling.k8s.io', 'priorityclasses', '-', '-', '-'],
];

/** Roles that the administrator tries to hand on: [what, rules, whether Kubernetes lets them] */
export const HANDED_ON: readonly (readonly [string, readonly [string, string, string][], boolean])[] = [
  ['jobs, as the user has them', [['batch', 'jobs', 'create']], true],
  ['the reading of secrets', [['', 'secrets', 'get']], true],
  ['a shell', [['', 'pods/exec', 'create']], true],
  ['every verb on pods, by a wildcard', [['', 'pods', '*']], false],
  ['every resource, by a wildcard', [['', '*', 'get']], false],
  ['every subresource of the logs', [['', '*/log', 'get']], false],
  ['quotas to write', [['', 'resourcequotas', 'update']], false],
  ['limits to write', [['', 'limitranges', 'delete']], false],
  ['network policies to write', [['networking.k8s.io', 'networkpolicies', 'create']], false],
  ['tokens of service accounts', [['', 'serviceaccounts/token', 'create']], false],
  ['containers in pods that run', [['', 'pods/ephemeralcontainers', 'update']], false],
  ['the right to bind anything', [[RBAC, 'clusterroles', 'bind']], false],
  ['the right to escalate', [[RBAC, 'roles', 'escalate']], false],
  ['another identity', [['', 'users', 'impersonate']], false],
  ['everything', [['*', '*', '*']], false],
];
