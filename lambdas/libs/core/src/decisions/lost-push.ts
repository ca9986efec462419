import type { App } from '../model/app';
import { isOfCommit, timeOf, type Deployment, type Push } from '../model/deployment';
import { SECOND } from '../model/time';
import type { BranchMove } from '../ports/app-platform';

/**
 * What a branch's commit at GitHub says about an app. `note`: nothing new, but it is worth remembering. `ask`: a push
 * of which nothing is known, unless GitHub's own list of pushes says otherwise. A declared app begins with its next
 * push: the commit that it finds is not one. Pure.
 */
export function decideHead(
  { head: known, wantedId }: Pick<App, 'head' | 'wantedId'>,
  head: string,
): 'nothing' | 'note' | 'ask' {
  if (head === known) return 'nothing';
  if (wantedId === undefined) return known === undefined ? 'note' : 'ask';
  return isOfCommit(wantedId, head) ? 'note' : 'ask';
}

export interface UnheardOf {
  readonly head: string;
  /** Newest first. */
  readonly deployments: readonly Pick<Deployment, 'deploymentId' | 'kind' | 'commit' | 'pushedAt'>[];
  /** GitHub's own last one of the branch, if it told. */
  readonly move: BranchMove | undefined;
  /** Before GitHub was asked for the head: whatever is pushed later has a later time. */
  readonly askedAt: Date;
}

/**
 * The push that nobody told of; undefined: it was told of. With GitHub's time it stands in its place among all others,
 * so that a rollback after it stays. Where GitHub does not tell the time, a commit that was deployed before is no new
 * one, and what was asked for by hand stays. Pure.
 */
export function findLostPush({ head, deployments, move, askedAt }: UnheardOf): Push | undefined {
  const own = deployments.filter(({ commit }) => commit === head);
  if (move?.after === head) {
    const isKnown = own.some(({ pushedAt }) => Math.abs(Date.parse(pushedAt) - move.at.getTime()) <= CLOCKS);
    const { before, at: pushedAt } = move;
    return isKnown ? undefined : { commit: head, pushedAt, ...(before !== undefined && { before }) };
  }
  const [last] = deployments;
  if (own.length > 0 || (last !== undefined && last.kind !== 'push')) return undefined;
  return { commit: head, pushedAt: askedAt };
}

/** Two of GitHub's services may date one push differently. */
const CLOCKS = 5 * SECOND;

/** Whether the event of a push comes after the sweep has found it by itself. Pure. */
export function isSamePush(deploymentId: string, wantedId: string | undefined): boolean {
  if (wantedId === undefined || wantedId.split('-')[1] !== deploymentId.split('-')[1]) return false;
  return timeOf(deploymentId).getTime() - timeOf(wantedId).getTime() < CLOCKS;
}
