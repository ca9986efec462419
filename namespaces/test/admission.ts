// How validating admission policies judge a request, with a CEL of JavaScript for the expressions.
// https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
import { evaluate } from '@marcbachmann/cel-js';
import { ofKind, type Manifest } from './rendered';

export interface Request {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly group: string;
  readonly resource: string;
  readonly namespace: string;
  /** Absent where the API server knows none. */
  readonly groups?: readonly string[] | undefined;
  readonly object?: Manifest;
  readonly oldObject?: Manifest;
}

/** The messages of the policies that deny it. */
export function denials(manifests: readonly Manifest[], request: Request): string[] {
  return ofKind(manifests, 'ValidatingAdmissionPolicyBinding')
    .filter(({ spec }) => spec.validationActions.includes('Deny') && isBound(spec.matchResources, request))
    .flatMap(({ spec }) =>
      ofKind(manifests, 'ValidatingAdmissionPolicy')
        .filter(({ metadata }) => metadata.name === spec.policyName)
        .flatMap((policy) => deniedBy(policy.spec, request)),
    );
}

function isBound(match: Manifest, { namespace }: Request): boolean {
  const labels: Readonly<Record<string, string>> = { 'kubernetes.io/metadata.name': namespace };
  const wanted = match?.namespaceSelector?.matchLabels ?? {};
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

function deniedBy(spec: Manifest, request: Request): string[] {
  const { operation, group, resource, groups, object = null, oldObject = null } = request;
  const concerned = spec.matchConstraints.resourceRules.some(
    (rule: Manifest) =>
      rule.apiGroups.includes(group) && rule.resources.includes(resource) && rule.operations.includes(operation),
  );
  const rules = [...spec.validations, ...(spec.matchConditions ?? [])];
  if (rules.some(({ expression }) => typeof expression !== 'string')) throw new Error('a rule without an expression');
  if (!concerned) return [];
  const userInfo = groups === undefined ? {} : { groups: [...groups] };
  const context = { object, oldObject, request: { userInfo, operation } };
  const holds = ({ expression }: Manifest): boolean => evaluate(expression, context) === true;
  try {
    if (!(spec.matchConditions ?? []).every(holds)) return [];
    return spec.validations.filter((one: Manifest) => !holds(one)).map((one: Manifest) => one.message);
  } catch (error) {
    return spec.failurePolicy === 'Ignore' ? [] : [`it can't be judged: ${String(error)}`];
  }
}
