import { describeGone, isAppGone, type App, type AppSuspendedBy } from '../model/app';
import type { Deployment } from '../model/deployment';
import type { Changes } from '../ports';

/** `nothing`: it is so already. */
export type AppDecision =
  | { readonly kind: 'change'; readonly changes: Changes<App>; readonly sentence: string }
  | { readonly kind: 'nothing'; readonly sentence: string }
  | { readonly kind: 'refuse'; readonly sentence: string };

export type AppChange = 'suspend' | 'resume' | 'delete';

/** What a change of an app's state writes. Who did not suspend it does not resume it, but for the operator. Pure. */
export function decideAppChange(
  { app, state, suspendedBy }: Pick<App, 'app' | 'state' | 'suspendedBy'>,
  change: AppChange,
  by: AppSuspendedBy,
): AppDecision {
  if (isAppGone({ state }))
    return { kind: change === 'delete' ? 'nothing' : 'refuse', sentence: describeGone({ app }) };
  if (change === 'delete')
    return {
      kind: 'change',
      changes: { state: 'deleting' },
      sentence: `${app} is deleted: all that it has goes within minutes, and its name rests for 30 days.`,
    };
  if (change === 'suspend') {
    // A tenant must not be able to lift what the operator did by doing it again.
    if (state === 'suspended' && (by === 'tenant' || suspendedBy === 'operator'))
      return { kind: 'nothing', sentence: `${app} is suspended already.` };
    return {
      kind: 'change',
      changes: { state: 'suspended', suspendedBy: by },
      sentence: `${app} is suspended: none of its tasks runs, and its address answers 503.`,
    };
  }
  if (state === 'active') return { kind: 'nothing', sentence: `${app} is not suspended.` };
  if (by === 'tenant' && suspendedBy === 'operator')
    return { kind: 'refuse', sentence: `An operator has suspended ${app}, and alone resumes it.` };
  return {
    kind: 'change',
    changes: { state: 'active', suspendedBy: null },
    sentence: `${app} is resumed: its tasks start, and its address leads to them again.`,
  };
}

export type RollbackDecision =
  | { readonly kind: 'back'; readonly to: Deployment & { readonly digest: string } }
  | { readonly kind: 'refuse'; readonly sentence: string };

/**
 * To the version before, or to one that is named by its deployment or the start of its commit. Pure.
 *
 * @param deployments newest first
 */
export function decideRollback(
  { app, state, live }: Pick<App, 'app' | 'state' | 'live'>,
  deployments: readonly Deployment[],
  to: string | undefined,
): RollbackDecision {
  if (isAppGone({ state })) return { kind: 'refuse', sentence: describeGone({ app }) };
  const served = deployments.filter(
    (one) => one.digest !== undefined && (one.state === 'replaced' || one.state === 'live'),
  );
  const isOther = ({ digest }: Deployment): boolean => digest !== live?.digest;
  const isNamed = ({ deploymentId, commit }: Deployment): boolean =>
    to !== undefined && (deploymentId === to || (to.length >= 7 && commit.startsWith(to)));
  const found = served.find((one) => (to === undefined ? isOther(one) && one.state === 'replaced' : isNamed(one)));
  if (found?.digest === undefined)
    return {
      kind: 'refuse',
      sentence:
        to === undefined
          ? `${app} has no earlier version to go back to.`
          : `${app} has no version of that name that served: give a deployment, or 7 characters or more of a commit.`,
    };
  if (!isOther(found)) return { kind: 'refuse', sentence: `${app} runs that version.` };
  return { kind: 'back', to: { ...found, digest: found.digest } };
}

/** Whose build it is that a job shows its token for: of a commit that the job was asked to build. */
export function findBuild(deployments: readonly Deployment[], commit: string): Deployment | undefined {
  return deployments.find((one) => one.commit === commit && one.state === 'building' && one.build?.by !== 'codebuild');
}

/** The commit that a new deployment without one is of: what was asked for last, else what runs. */
export function commitToDeploy(
  { live }: Pick<App, 'live'>,
  wanted: Pick<Deployment, 'commit'> | undefined,
): string | undefined {
  return wanted?.commit ?? live?.commit;
}
