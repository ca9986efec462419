/** A difference that the emulator makes between an apply and the next plan, although the module asked for the same. */
export interface KnownDrift {
  readonly type: string;
  readonly attribute: string;
  readonly reason: string;
}

/** All of them. A change that is not here fails the second plan. */
export const KNOWN_DRIFTS: readonly KnownDrift[] = [];

export interface Drift {
  readonly address: string;
  readonly attribute: string;
  readonly reason?: string;
}

interface Change {
  readonly address: string;
  readonly type: string;
  readonly change: {
    readonly actions: string[];
    readonly before: unknown;
    readonly after: unknown;
    readonly after_unknown?: unknown;
  };
}

/** The differences in a plan (`terraform show -json`), each with its reason where it is a known one. */
export function driftsOf(plan: unknown, known: readonly KnownDrift[] = KNOWN_DRIFTS): Drift[] {
  return changesOf(plan).flatMap(({ address, type, change }) => {
    const actions = change.actions.join('+');
    if (actions !== 'update') return [{ address, attribute: `(${actions})` }];
    return changedAttributes(change.before, change.after).map((attribute) => {
      const reason = known.find((one) => one.type === type && one.attribute === attribute)?.reason;
      return reason === undefined ? { address, attribute } : { address, attribute, reason };
    });
  });
}

function changesOf(plan: unknown): Change[] {
  if (
    typeof plan !== 'object' ||
    plan === null ||
    !('resource_changes' in plan) ||
    !Array.isArray(plan.resource_changes)
  )
    return [];
  const changes: Change[] = plan.resource_changes;
  return changes.filter(({ change }) => !['no-op', 'read'].includes(change.actions.join('+')));
}

function changedAttributes(before: unknown, after: unknown): string[] {
  const [old, wanted] = [asRecord(before), asRecord(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(wanted)])];
  return names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(wanted[name]));
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
