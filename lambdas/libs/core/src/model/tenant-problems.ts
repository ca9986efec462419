import type { RowProblem, TenantLookup } from './tenant';

/** What is wrong with a row, for the log and `TenantRowInvalid`: attributes and advice, never the values. */
export interface TenantProblemReport {
  readonly tenant_id: number;
  readonly attributes: readonly string[];
  readonly problems: readonly string[];
}

/** Undefined when the row is sound or there is none. */
export function reportTenantProblems(lookup: TenantLookup): TenantProblemReport | undefined {
  return toReport(lookup.installationId, problemsOf(lookup));
}

/** Only what the change brought: a row that stays broken is not reported at every write. */
export function reportNewProblems(before: TenantLookup, after: TenantLookup): TenantProblemReport | undefined {
  const known = new Set(problemsOf(before).map(({ attribute }) => attribute));
  return toReport(
    after.installationId,
    problemsOf(after).filter(({ attribute }) => !known.has(attribute)),
  );
}

function toReport(installationId: number, problems: readonly RowProblem[]): TenantProblemReport | undefined {
  if (problems.length === 0) return undefined;
  return {
    tenant_id: installationId,
    attributes: problems.map(({ attribute }) => attribute),
    problems: problems.map(({ attribute, problem }) => `${attribute} ${problem}`),
  };
}

function problemsOf(lookup: TenantLookup): readonly RowProblem[] {
  return lookup.problems ?? [];
}
