/** One right that a policy gives. `resource` may hold wildcards, as in IAM. */
export interface Grant {
  readonly role: string;
  readonly action: string;
  readonly resource: string;
}

/** One judgement of IAM in a run. */
export interface Use extends Grant {
  readonly allowed: boolean;
}

/** A right that a run need not use, and why it is given all the same. `resource` is a part of the grant's. */
export interface Exception {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resource: string;
  readonly reason: string;
}

export interface Comparison {
  readonly used: number;
  readonly excused: readonly (Grant & { readonly reason: string })[];
  /** Granted, never used, and without a reason. */
  readonly unused: readonly Grant[];
  /** Asked for and refused. */
  readonly denied: readonly Grant[];
  /** Exceptions that no grant needs: the policy has lost the right, or was never given it. */
  readonly idle: readonly Exception[];
}

/** Compares what policies give with what a run asked for. */
export function compareUsage(
  grants: readonly Grant[],
  uses: readonly Use[],
  exceptions: readonly Exception[],
): Comparison {
  const allowed = uses.filter((use) => use.allowed);
  const silent = grants.filter((grant) => !allowed.some((use) => isUseOf(use, grant)));
  const excused = silent.flatMap((grant) => {
    const exception = exceptions.find((one) => excuses(one, grant));
    return exception === undefined ? [] : [{ ...grant, reason: exception.reason }];
  });
  return {
    used: grants.length - silent.length,
    excused,
    unused: silent.filter((grant) => !exceptions.some((one) => excuses(one, grant))),
    denied: uses.filter((use) => !use.allowed),
    idle: exceptions.filter((one) => !grants.some((grant) => excuses(one, grant))),
  };
}

export function describeGrant({ role, action, resource }: Grant): string {
  return `${role}: ${action} on ${resource}`;
}

function isUseOf(use: Use, grant: Grant): boolean {
  return (
    use.role === grant.role && likeIam(grant.action).test(use.action) && likeIam(grant.resource).test(use.resource)
  );
}

function excuses(exception: Exception, grant: Grant): boolean {
  return (
    (exception.role === '*' || exception.role === grant.role) &&
    exception.actions.includes(grant.action) &&
    grant.resource.includes(exception.resource)
  );
}

function likeIam(pattern: string): RegExp {
  const escaped = pattern.replaceAll(/[\\^$+.()|[\]{}]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'i');
}
