import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createRandom, type Random } from '../engine/random';
import { planFleet, type FleetPlan } from './fleet-plan';
import type { SimulationOptions } from './options';

/** Times are milliseconds from the start of the run. */
export interface TenantPlan {
  readonly number: number;
  readonly login: string;
  readonly accountId: number;
  readonly type: 'Organization' | 'User';
  readonly installedAt: number;
  /** An operator writes it soon after the installation; absent: the default tier's. */
  readonly limit?: number;
  readonly events: readonly TenantEvent[];
}

export type TenantEvent =
  | { readonly at: number; readonly kind: 'suspend' | 'unsuspend' | 'uninstall' | 'install' | 'reinstall' | 'flood' }
  | { readonly at: number; readonly kind: 'limit'; readonly limit: number }
  | { readonly at: number; readonly kind: 'rename'; readonly login: string }
  | { readonly at: number; readonly kind: 'rename-repository'; readonly repo: string; readonly name: string };

export interface JobPlan {
  readonly number: number;
  readonly tenant: number;
  readonly at: number;
  readonly repo: string;
  readonly tier: string;
  readonly isPublic: boolean;
  /** An environment's gate: shut so long after the job was queued (0: from the first), and open so long after that. */
  readonly gate?: { readonly shutAfter: number; readonly openAfter: number };
  /** Names a runner group and no labels. `unseen`: in a repository the App can't access, so that no webhook comes. */
  readonly groupOnly?: 'seen' | 'unseen';
  /** How long it runs once a runner has it. */
  readonly duration: number;
  /** Cancelled this long after it was queued, whatever it does then. */
  readonly cancelAfter?: number;
}

export interface Scenario {
  readonly tenants: readonly TenantPlan[];
  readonly jobs: readonly JobPlan[];
  /** When the last job is queued and faults end. */
  readonly faultsEndAt: number;
  readonly fleet?: FleetPlan;
}

/** Every tenant has these. */
export const PRIVATE_REPOSITORIES = ['app', 'site', 'lib'] as const;
export const PUBLIC_REPOSITORY = 'open';
export const TIERS = ['small', 'medium', 'large'] as const;
/** A job and its machine's start and end, on the average. */
const SLOT_TIME = 6 * MINUTE;
/** Work for half of all slots: queues form and empty again. */
const LOAD = 0.5;

/** What tenants and operators do, drawn before the run from the seed alone. */
export function drawScenario(options: SimulationOptions): Scenario {
  const { faultKinds } = options;
  const random = createRandom(options.seed).fork('scenario');
  const limits = Array.from({ length: options.tenants }, (_, index) =>
    random.fork(`limit ${index}`).pick([1, 2, 2, 3, 5, 10]),
  );
  const slots = limits.reduce((sum, limit) => sum + limit, 0);
  const arrivals = Math.max(30 * MINUTE, (options.jobs * SLOT_TIME) / (slots * LOAD));
  const tenants = limits.map((limit, index) =>
    drawTenant(index + 1, limit, { arrivals, faultKinds, random: random.fork(`tenant ${index}`) }),
  );
  // Work is spread as the limits are, so that no tenant drowns.
  const weighted = tenants.flatMap((tenant, index) => Array.from({ length: limits[index] ?? 1 }, () => tenant.number));
  const jobs = Array.from({ length: options.jobs }, (_, index) =>
    drawJob(index + 1, weighted, { arrivals, faultKinds, random: random.fork(`job ${index}`) }),
  );
  const chosenTenants = tenants.filter(({ number }) => options.onlyTenants?.includes(number) ?? true);
  const known = new Set(chosenTenants.map(({ number }) => number));
  return {
    tenants: chosenTenants,
    jobs: jobs.filter((job) => known.has(job.tenant) && (options.onlyJobs?.includes(job.number) ?? true)),
    faultsEndAt: arrivals + 10 * MINUTE,
    ...(faultKinds.includes('fleet-limit') && { fleet: planFleet(slots, arrivals) }),
  };
}

interface Draw {
  readonly random: Random;
  /** Milliseconds in which all jobs arrive. */
  readonly arrivals: number;
  readonly faultKinds: SimulationOptions['faultKinds'];
}

const HOSTILE = 1;

/** For two hours, ending with the App resumed: what is missed meanwhile is the tenant's own to wait for. */
function hostileEvents(): TenantEvent[] {
  return Array.from({ length: 20 }, (_, round): TenantEvent[] => [
    { at: (10 + 6 * round) * MINUTE, kind: 'flood' },
    { at: (12 + 6 * round) * MINUTE, kind: 'suspend' },
    { at: (15 + 6 * round) * MINUTE, kind: 'unsuspend' },
  ]).flat();
}

function drawTenant(number: number, limit: number, { random, arrivals, faultKinds }: Draw): TenantPlan {
  const events: TenantEvent[] = faultKinds.includes('hostile') && number === HOSTILE ? hostileEvents() : [];
  const moment = (): number => random.between(5 * MINUTE, arrivals);
  if (faultKinds.includes('limit-change')) {
    for (let change = random.whole(0, 3); change > 0; change -= 1)
      events.push({ at: moment(), kind: 'limit', limit: random.pick([0, 1, 2, 3, 5, limit]) });
    // A limit of 0 is raised again before the end.
    events.push({ at: arrivals, kind: 'limit', limit });
  }
  if (faultKinds.includes('suspend') && random.chance(0.4)) {
    const at = moment();
    events.push(
      { at, kind: 'suspend' },
      { at: at + random.pick([SECOND / 2, random.between(0, 30 * MINUTE)]), kind: 'unsuspend' },
    );
  }
  if (faultKinds.includes('uninstall') && random.chance(0.25)) {
    const at = moment();
    events.push({ at, kind: 'uninstall' });
    if (random.chance(0.6))
      events.push({ at: at + random.pick([5 * SECOND, random.between(0, 20 * MINUTE)]), kind: 'install' });
  }
  if (faultKinds.includes('uninstall')) events.push(...drawEscape(limit, arrivals, random.fork('escape')));
  // Draws of its own, so that a seed's other events stay the same.
  if (faultKinds.includes('rename')) events.push(...drawRenames(number, arrivals, random.fork('renames')));
  return {
    number,
    login: `org-${number}`,
    accountId: 500 + number,
    type: random.chance(0.15) ? 'User' : 'Organization',
    installedAt: random.between(0, 2 * MINUTE),
    limit,
    events: events.sort((a, b) => a.at - b.at),
  };
}

/** An operator sets a tenant's limit to 0, and the tenant tries to be rid of it by installing the App again. */
function drawEscape(limit: number, arrivals: number, random: Random): TenantEvent[] {
  if (!random.chance(0.2)) return [];
  const at = random.between(5 * MINUTE, arrivals);
  const tries = Array.from(
    { length: random.whole(1, 3) },
    (_, index) => at + (index + 1) * random.between(1, 90) * SECOND,
  );
  return [
    { at, kind: 'limit', limit: 0 },
    ...tries.map((moment): TenantEvent => ({ at: moment, kind: 'reinstall' })),
    { at: Math.max(at + 15 * MINUTE, arrivals), kind: 'limit', limit },
  ];
}

function drawRenames(number: number, arrivals: number, random: Random): TenantEvent[] {
  const renames: TenantEvent[] = [];
  const moment = (): number => random.between(5 * MINUTE, arrivals);
  if (random.chance(0.3)) renames.push({ at: moment(), kind: 'rename', login: `org-${number}-renamed` });
  if (random.chance(0.3))
    renames.push({ at: moment(), kind: 'rename-repository', repo: random.pick(PRIVATE_REPOSITORIES), name: 'renamed' });
  return renames;
}

function drawJob(number: number, tenants: readonly number[], { random, arrivals, faultKinds }: Draw): JobPlan {
  const isPublic = random.chance(faultKinds.includes('public-job') ? 0.05 : 0.01);
  const cancelled = faultKinds.includes('cancel') && random.chance(0.12);
  const plan = {
    number,
    tenant: random.pick(tenants),
    // Some come in bursts, as matrix builds do.
    at: random.chance(0.3)
      ? Math.floor(random.between(0, arrivals) / (20 * MINUTE)) * 20 * MINUTE + random.between(0, 10 * SECOND)
      : random.between(0, arrivals),
    repo: isPublic ? PUBLIC_REPOSITORY : random.pick(PRIVATE_REPOSITORIES),
    tier: random.chance(0.8) ? 'small' : random.pick(TIERS),
    isPublic,
    duration: random.chance(0.002)
      ? random.between(6.5 * HOUR, 8 * HOUR)
      : random.pick([random.between(10 * SECOND, 2 * MINUTE), random.between(2 * MINUTE, 10 * MINUTE)]),
    ...(cancelled && {
      cancelAfter: random.pick([
        random.between(0, 5 * SECOND),
        random.between(0, 2 * MINUTE),
        random.between(0, 20 * MINUTE),
      ]),
    }),
  };
  return { ...plan, ...drawOddity(random, faultKinds) };
}

/** Drawn last, so that a seed's other draws stay the same. */
function drawOddity(random: Random, faultKinds: SimulationOptions['faultKinds']): Partial<JobPlan> {
  const shutAfter = (): number => random.pick([0, random.between(0, 5 * SECOND), random.between(0, 5 * MINUTE)]);
  const openAfter = (): number =>
    random.pick([random.between(0, 5 * SECOND), random.between(0, 10 * MINUTE), random.between(0, 3 * HOUR)]);
  if (faultKinds.includes('gate') && random.chance(0.15))
    return { gate: { shutAfter: shutAfter(), openAfter: openAfter() } };
  if (faultKinds.includes('group-job') && random.chance(0.12))
    return { groupOnly: random.chance(0.5) ? 'seen' : 'unseen' };
  return {};
}
