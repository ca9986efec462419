import { HOUR, MINUTE, plus, type AppSituation } from '@multi-tenant-runner/core';
import { deploymentOf, done, end, move, stale, type ActDeps, type Acted } from './outcome';

/** A build of this hour, or it waits for the next. */
export async function countBuild(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const deployment = deploymentOf(situation);
  const { buildsPerHour } = deps.context.quota;
  const now = deps.clock.now();
  const outcome = await deps.deployments.startBuild(deployment, buildsPerHour, now);
  if (outcome === 'changed') return stale(deps);
  if (outcome === 'started') {
    const row = await deps.deployments.get(deployment);
    return row === undefined ? stale(deps) : done({ deployment: row, isBuildNew: true });
  }
  if (buildsPerHour === 0) return end('refuse', { reason: "The tenant's tier allows no builds." }, situation, deps);
  const reason = `The tenant has had its ${buildsPerHour} builds of this hour; this one starts with the next.`;
  const parked = await move('park', { reason }, situation, deps);
  const next = new Date(Math.ceil((now.getTime() + 1) / HOUR) * HOUR);
  return parked.kind === 'rest' ? parked : { kind: 'rest', due: next };
}

/** Recorded only once it was asked for: the builder knows a deployment that it was asked for before. */
export async function askBuild(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const deployment = deploymentOf(situation);
  const builder = deps.builderOf(deps.context.settings);
  const askedAt = deps.clock.now();
  const asked = await builder.ask(situation.app, deployment, situation.isBuildNew === true);
  if (asked.kind === 'refused') return end('fail', { reason: asked.reason }, situation, deps);
  if (asked.kind === 'later') return { kind: 'rest', due: asked.retryAt ?? plus(askedAt, MINUTE) };
  const build = { by: builder.by, askedAt: askedAt.toISOString(), ...(asked.id !== undefined && { id: asked.id }) };
  return move('recordBuild', { build }, situation, deps);
}
