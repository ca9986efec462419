import { MINUTE, appKeyOf, decideHead, findLostPush, plus, type App, type Push } from '@multi-tenant-runner/core';
import type { AppContext, DeployerDeps } from './deps';
import { placeOf } from './place';
import { requestPush } from './request-push';

/** Twice in the time in which GitHub and the bus together may be out of order without anybody noticing. */
export const HEAD_ROUND = 10 * MINUTE;
/** Among which a commit that was deployed before is looked for. */
const LOOKED_AT = 50;

/** What to remember of the branch; nothing to do before `due`. */
export interface Watched {
  readonly due: Date;
  readonly head?: string;
}

/**
 * Asks GitHub for the branch's commit: a push whose event got lost, in GitHub, at the webhook or on the bus, is
 * deployed all the same. One request for each app in ten minutes, which costs nothing of the installation's allowance
 * while nothing has changed, and which leaves the rest of that to launches. Undefined: no push would be deployed now.
 */
export async function watchHead(app: App, context: AppContext, deps: DeployerDeps): Promise<Watched | undefined> {
  if (app.state !== 'active' || context.tenant !== 'active') return undefined;
  const askedAt = deps.clock.now();
  if (app.headDue !== undefined && app.headDue > askedAt.getTime()) return { due: new Date(app.headDue) };
  const due = plus(askedAt, HEAD_ROUND);
  const answer = await deps.github.head(placeOf(app), app.branch, app.head);
  if (answer.kind === 'limited') return { due: answer.retryAt };
  if (answer.kind !== 'found' || answer.commit === undefined) return { due };
  const { commit: head } = answer;
  if (decideHead(app, head) !== 'ask') return { due, head };
  const push = await lostPush(app, head, { askedAt, deps });
  if (push !== undefined) await deployLost(app, push, deps);
  return { due, head };
}

async function lostPush(
  app: App,
  head: string,
  { askedAt, deps }: { readonly askedAt: Date; readonly deps: DeployerDeps },
): Promise<Push | undefined> {
  const answer = await deps.github.lastMove(placeOf(app), app.branch);
  const { deployments } = await deps.deployments.page(appKeyOf(app), { limit: LOOKED_AT });
  return findLostPush({ head, deployments, move: answer.kind === 'found' ? answer.move : undefined, askedAt });
}

async function deployLost(app: App, push: Push, deps: DeployerDeps): Promise<void> {
  const { outcome } = await requestPush(app, push, deps);
  deps.metrics.count('AppPushFound', { properties: { app: app.app, outcome } });
  deps.log.warn('A push was not told of; it is deployed now', { app: app.app, commit: push.commit, outcome });
}
