import type { Deployment } from '../model/deployment';

/** Whose turn it is among the deployments of an app that have not ended. */
export interface DeploymentTurn {
  /** The one that is taken further now. */
  readonly current?: Deployment;
  /** The newest push, which begins once the current one is over. */
  readonly waiting?: Deployment;
  /** Given up, each with a reason. */
  readonly superseded: readonly { readonly deployment: Deployment; readonly reason: string }[];
}

/**
 * A build that has begun finishes and serves: an app that is pushed faster than it builds goes live all the same, and
 * of the pushes meanwhile the newest waits alone. What has nothing to build, a rollback above all, waits for nobody.
 * At most one has begun, as none begins before the one that did is over. Pure.
 *
 * @param unfinished oldest first
 * @param wantedId the newest that anybody asked for, whether it has ended or not
 */
export function decideTurn(unfinished: readonly Deployment[], wantedId: string | undefined): DeploymentTurn {
  const wanted = unfinished.find(({ deploymentId }) => deploymentId === wantedId);
  const others = unfinished.filter((one) => one !== wanted);
  const before = wanted === undefined || hasBegun(wanted) ? undefined : others.findLast(hasBegun);
  const current = before ?? wanted;
  return {
    ...(current && { current }),
    ...(before && wanted && { waiting: wanted }),
    superseded: others
      .filter((one) => one !== before)
      .map((deployment) => ({ deployment, reason: whyNot(deployment, wanted) })),
  };
}

/** Of the one that waits, for people. */
export function waitsFor({ commit }: Pick<Deployment, 'commit'>): string {
  return `The deployment of ${commit.slice(0, 7)} is under way; this one begins once that is over.`;
}

const hasBegun = ({ state }: Deployment): boolean => state === 'building' || state === 'releasing';

function whyNot(deployment: Deployment, wanted: Deployment | undefined): string {
  const what = wanted?.kind === 'rollback' ? 'A rollback was asked for' : 'A newer commit was asked for';
  return hasBegun(deployment) ? `${what}.` : `${what} before its build began.`;
}
