import { type AppSituation, type AppSlot, type SeenService } from '@multi-tenant-runner/core';
import { done, refuse, stale, type ActDeps, type Acted } from './outcome';

/** From this share of a load balancer's rules on the operator is warned. */
const WARN_AT = 0.8;
/** Each failed try means that another app got one. */
const TRIES = 20;

/** The lowest priority that is free, at the first load balancer that has room. */
export async function takeSlot(situation: AppSituation, deps: ActDeps): Promise<Acted> {
  const { app } = situation;
  const { apps, platform } = deps;
  for (let tried = 0; tried < TRIES; tried += 1) {
    const slot = await freeSlot(deps);
    if (slot === undefined)
      return refuse(
        'Every load balancer has as many apps as it may; the operator has to add another.',
        situation,
        deps,
      );
    if ((await apps.takeSlot(app, slot.slot, platform.albs[slot.slot.alb]?.rules ?? 0)) === 'refused') {
      const row = await apps.get(app.app);
      if (row?.slot) return done({ app: row });
      continue;
    }
    const row = await apps.get(app.app);
    reportRoom(slot, deps);
    return row?.slot ? done({ app: row }) : stale(deps);
  }
  return stale(deps);
}

interface FreeSlot {
  readonly slot: AppSlot;
  readonly taken: number;
}

async function freeSlot({ apps, platform }: ActDeps): Promise<FreeSlot | undefined> {
  for (const [alb, { rules, firstPriority }] of platform.albs.entries()) {
    const taken = await apps.slotsOf(alb);
    if (taken.size >= rules) continue;
    let priority = firstPriority;
    while (taken.has(priority)) priority += 1;
    return { slot: { alb, priority }, taken: taken.size + 1 };
  }
  return undefined;
}

function reportRoom({ slot: { alb }, taken }: FreeSlot, { platform, metrics, log }: ActDeps): void {
  const most = platform.albs[alb]?.rules ?? 0;
  metrics.count('AppSlotsTaken', { value: taken, properties: { alb } });
  if (taken >= most * WARN_AT)
    log.warn('A load balancer is nearly full; add another to `load_balancers`', { alb, taken, most });
}

export async function serveRule(
  step:
    | { readonly do: 'create-rule'; readonly slot: AppSlot; readonly closed: boolean }
    | { readonly do: 'set-rule'; readonly arn: string; readonly closed: boolean },
  situation: AppSituation,
  deps: ActDeps,
): Promise<Acted> {
  const { app, hosts, seen } = situation;
  const serving = { hosts, ...(!step.closed && seen.targetGroup !== undefined && { targetGroup: seen.targetGroup }) };
  const serves = step.closed ? 'closed' : 'app';
  if (step.do === 'set-rule') {
    await deps.platform.setRule(step.arn, serving);
    return done({ seen: { ...seen, rule: { arn: step.arn, hosts, serves } } });
  }
  const rule = await deps.platform.createRule({ app, slot: step.slot, ...serving });
  if (rule.kind === 'refused') return refuse(rule.reason, situation, deps);
  return done({ seen: { ...seen, rule: { arn: rule.id, hosts, serves } } });
}

export async function createService(
  { taskDefinition, count }: { readonly taskDefinition: string; readonly count: number },
  situation: AppSituation,
  deps: ActDeps,
): Promise<Acted> {
  const { app, seen } = situation;
  const { targetGroup = '', group = '' } = seen;
  const made = await deps.platform.createService({ app, taskDefinition, count, targetGroup, group });
  if (made.kind === 'refused') return refuse(made.reason, situation, deps);
  const service: SeenService = {
    status: 'active',
    taskDefinition,
    desired: count,
    running: 0,
    rollouts: [{ taskDefinition, state: 'in-progress' }],
  };
  return done({ seen: { ...seen, service } });
}

export async function updateService(
  { taskDefinition, count }: { readonly taskDefinition: string; readonly count: number },
  situation: AppSituation,
  deps: ActDeps,
): Promise<Acted> {
  const { app, seen } = situation;
  const { service: before, targetGroup = '', healthPath } = seen;
  const known = healthPath === undefined ? {} : { healthPath };
  const isOther = before?.taskDefinition !== taskDefinition;
  await deps.platform.updateService({ app, count, targetGroup, ...known, ...(isOther && { taskDefinition }) });
  if (before === undefined) return stale(deps);
  const isKnown = before.rollouts.some((rollout) => rollout.taskDefinition === taskDefinition);
  const rollouts = isKnown ? before.rollouts : [{ taskDefinition, state: 'in-progress' } as const, ...before.rollouts];
  return done({ seen: { ...seen, service: { ...before, taskDefinition, desired: count, rollouts } } });
}
