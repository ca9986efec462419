import type { SeenApp, Leftovers } from '../model/app-seen';
import { SECOND } from '../model/time';

/** The next thing to remove; each is one call, and what is gone already is gone. */
export type RemovalStep =
  | { readonly do: 'delete-rule'; readonly arn: string }
  | { readonly do: 'delete-service' | 'delete-repository' | 'delete-log-group' }
  | { readonly do: 'delete-alarms'; readonly names: readonly string[] }
  | { readonly do: 'delete-target-group'; readonly arn: string }
  | { readonly do: 'delete-group'; readonly id: string }
  | { readonly do: 'delete-task-definitions' | 'delete-sources' | 'delete-secrets' | 'delete-role' }
  | { readonly do: 'finish' }
  | { readonly do: 'rest'; readonly due: Date };

const LOOK_AGAIN = 20 * SECOND;

/**
 * From the outside in: first the address answers nothing, then nothing runs, then what was around it goes. AWS refuses
 * what is still in use, so the order is also that of its dependencies.
 *
 * @param refused what AWS refused as still in use at this look: it lets go by itself
 */
export function decideRemovalStep(
  seen: SeenApp,
  left: Leftovers,
  { refused, now }: { readonly refused: ReadonlySet<RemovalStep['do']>; readonly now: Date },
): RemovalStep {
  const steps = removals(seen, left);
  const next = steps.find((step) => !refused.has(step.do));
  if (next !== undefined) return next;
  const isDraining = seen.service?.status === 'draining';
  return steps.length > 0 || isDraining ? { do: 'rest', due: new Date(now.getTime() + LOOK_AGAIN) } : { do: 'finish' };
}

function removals(
  { rule, service, alarms = [], targetGroup, group }: SeenApp,
  left: Leftovers,
): readonly RemovalStep[] {
  return [
    ...(rule ? [{ do: 'delete-rule', arn: rule.arn } as const] : []),
    ...(service?.status === 'active' ? [{ do: 'delete-service' } as const] : []),
    ...(alarms.length > 0 ? [{ do: 'delete-alarms', names: alarms.map(({ name }) => name) } as const] : []),
    ...(targetGroup === undefined ? [] : [{ do: 'delete-target-group', arn: targetGroup } as const]),
    ...(left.task_definitions > 0 ? [{ do: 'delete-task-definitions' } as const] : []),
    ...(left.repositories > 0 ? [{ do: 'delete-repository' } as const] : []),
    ...(left.sources > 0 ? [{ do: 'delete-sources' } as const] : []),
    ...(left.secrets > 0 ? [{ do: 'delete-secrets' } as const] : []),
    ...(left.roles > 0 ? [{ do: 'delete-role' } as const] : []),
    ...(group === undefined ? [] : [{ do: 'delete-group', id: group } as const]),
    ...(left.log_groups > 0 ? [{ do: 'delete-log-group' } as const] : []),
  ];
}
