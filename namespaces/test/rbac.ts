// As Kubernetes judges: rules only add; "*" stands for all; a resource with a subresource is "pods/log", and a rule for
// "pods" is none for it. Nobody hands on what they lack, unless they hold the verbs escalate or bind.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
import { ofKind, type Manifest } from './rendered';

export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}
export interface Ask {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name?: string;
}

/** Roles that every cluster has. */
const BUILT_IN: Readonly<Record<string, readonly Rule[]>> = {
  'cluster-admin': [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }],
};

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

function hasResource(list: readonly string[], resource: string): boolean {
  if (has(list, resource)) return true;
  const [, subresource] = resource.split('/');
  return subresource !== undefined && list.includes(`*/${subresource}`);
}

function allows(rule: Rule, { verb, group, resource, name }: Ask): boolean {
  const names = rule.resourceNames ?? [];
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    hasResource(rule.resources, resource) &&
    (names.length === 0 || (name !== undefined && names.includes(name)))
  );
}

export const can = (rules: readonly Rule[], ask: Ask): boolean => rules.some((rule) => allows(rule, ask));

/** Whether one who has `owned` may write a role of `wanted`: each verb on each resource is held, a "*" by a "*". */
export function covers(owned: readonly Rule[], wanted: readonly Rule[]): boolean {
  return wanted.every((rule) =>
    rule.verbs.every((verb) =>
      rule.apiGroups.every((group) =>
        rule.resources.every((resource) =>
          (rule.resourceNames ?? [undefined]).every((name) =>
            can(owned, { verb, group, resource, ...(name !== undefined && { name }) }),
          ),
        ),
      ),
    ),
  );
}

const RBAC = 'rbac.authorization.k8s.io';

export function mayWriteRole(owned: readonly Rule[], wanted: readonly Rule[]): boolean {
  const ask = { group: RBAC, resource: 'roles' };
  return can(owned, { ...ask, verb: 'create' }) && (can(owned, { ...ask, verb: 'escalate' }) || covers(owned, wanted));
}

export function mayBind(owned: readonly Rule[], kind: 'roles' | 'clusterroles', wanted: readonly Rule[]): boolean {
  if (!can(owned, { group: RBAC, resource: 'rolebindings', verb: 'create' })) return false;
  return can(owned, { group: RBAC, resource: kind, verb: 'bind' }) || covers(owned, wanted);
}

/** What the bindings in the namespace give to a group. */
export function rulesOf(manifests: readonly Manifest[], group: string): Rule[] {
  return ofKind(manifests, 'RoleBinding')
    .filter((binding) => binding.subjects.some((one: Manifest) => one.kind === 'Group' && one.name === group))
    .flatMap(({ roleRef }) =>
      roleRef.kind === 'ClusterRole'
        ? (BUILT_IN[roleRef.name] ?? [])
        : (ofKind(manifests, roleRef.kind).find((role) => role.metadata.name === roleRef.name)?.rules ?? []),
    );
}
