import { HOUR, MINUTE, SECOND } from '@multi-tenant-runner/core';
import { createRandom, type Random } from './random';
import type { SimulationOptions } from './options';

/** Times are milliseconds from the start of the run. */
export interface TenantPlan {
  readonly number: number;
  readonly login: string;
  readonly accountId: number;
  readonly type: 'Organization' | 'User';
  readonly installedAt: number;
  /** Written into the row by hand soon after the installation; absent: the default tier's own. */
  readonly limit?: number;
  readonly happenings: readonly TenantHappening[];
}

export type TenantHappening =
  | { readonly at: number; readonly kind: 'suspend' | 'unsuspend' | 'uninstall' | 'install' }
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
  /** Names a runner group and no labels. `unseen`: of a repository that the App can't see, so that nobody tells. */
  readonly groupOnly?: 'seen' | 'unseen';
  /** How long it runs once a runner has it. */
  readonly duration: number;
  /** Cancelled this long after it was queued, whatever it does then. */
  readonly cancelAfter?: number;
}

export interface Scenario {
  readonly tenants: readonly TenantPlan[];
  readonly jobs: readonly JobPlan[];
  /** When the last job is queued and the weather turns fair. */
  readonly calmAt: number;
}

/** Every tenant has these. */
export const PRIVATE_REPOSITORIES = ['app', 'site', 'lib'] as const;
export const PUBLIC_REPOSITORY = 'open';
const TIERS = ['small', 'medium', 'large'] as const;
/** A job and its machine's start and end, on the average. */
const SLOT_TIME = 6 * MINUTE;
/** Work for half of all slots: queues form and empty again. */
const LOAD = 0.5;

/** What tenants and people do, drawn before the run from the seed alone. */
export function drawScenario(options: SimulationOptions): Scenario {
  const random = createRandom(options.seed).fork('scenario');
  const limits = Array.from({ length: options.tenants }, (_, index) => random.fork(`limit ${index}`).pick([1, 2, 2, 3, 5, 10]));
  const slots = limits.reduce((sum, limit) => sum + limit, 0);
  const arrivals = Math.max(30 * MINUTE, (options.jobs * SLOT_TIME) / (slots * LOAD));
  const tenants = limits.map((limit, index) => drawTenant(index + 1, limit, arrivals, random.fork(`tenant ${index}`), options));
  // Work is spread as the limits are, so that no tenant drowns.
  const weighted = tenants.flatMap((tenant, index) => Array.from({ length: limits[index] ?? 1 }, () => tenant.number));
  const jobs = Array.from({ length: options.jobs }, (_, index) => drawJob(index + 1, weighted, arrivals, random.fork(`job ${index}`), options));
  const chosenTenants = tenants.filter(({ number }) => options.onlyTenants?.includes(number) ?? true);
  const known = new Set(chosenTenants.map(({ number }) => number));
  return {
    tenants: chosenTenants,
    jobs: jobs.filter((job) => known.has(job.tenant) && (options.onlyJobs?.includes(job.number) ?? true)),
    calmAt: arrivals + 10 * MINUTE,
  };
}

function drawTenant(number: number, limit: number, arrivals: number, random: Random, { weather }: SimulationOptions): TenantPlan {
  const happenings: TenantHappening[] = [];
  const moment = (): number => random.between(5 * MINUTE, arrivals);
  if (weather.includes('limit-change')) {
    for (let change = random.whole(0, 3); change > 0; change -= 1) happenings.push({ at: moment(), kind: 'limit', limit: random.pick([0, 1, 2, 3, 5, limit]) });
    // Who sets a limit to 0 raises it again one day.
    happenings.push({ at: arrivals, kind: 'limit', limit });
  }
  if (weather.includes('suspend') && random.chance(0.4)) {
    const at = moment();
    happenings.push({ at, kind: 'suspend' }, { at: at + random.pick([SECOND / 2, random.between(0, 30 * MINUTE)]), kind: 'unsuspend' });
  }
  if (weather.includes('uninstall') && random.chance(0.25)) {
    const at = moment();
    happenings.push({ at, kind: 'uninstall' });
    if (random.chance(0.6)) happenings.push({ at: at + random.pick([5 * SECOND, random.between(0, 20 * MINUTE)]), kind: 'install' });
  }
  // Draws of its own, so that a seed's other happenings stay what they were.
  if (weather.includes('rename')) happenings.push(...drawRenames(number, arrivals, random.fork('renames')));
  return {
    number,
    login: `org-${number}`,
    accountId: 500 + number,
    type: random.chance(0.15) ? 'User' : 'Organization',
    installedAt: random.between(0, 2 * MINUTE),
    limit,
    happenings: happenings.sort((a, b) => a.at - b.at),
  };
}

function drawRenames(number: number, arrivals: number, random: Random): TenantHappening[] {
  const renames: TenantHappening[] = [];
  const moment = (): number => random.between(5 * MINUTE, arrivals);
  if (random.chance(0.3)) renames.push({ at: moment(), kind: 'rename', login: `org-${number}-renamed` });
  if (random.chance(0.3)) renames.push({ at: moment(), kind: 'rename-repository', repo: random.pick(PRIVATE_REPOSITORIES), name: 'renamed' });
  return renames;
}

function drawJob(number: number, tenants: readonly number[], arrivals: number, random: Random, { weather }: SimulationOptions): JobPlan {
  const isPublic = random.chance(weather.includes('public-job') ? 0.05 : 0.01);
  const cancelled = weather.includes('cancel') && random.chance(0.12);
  const plan = {
    number,
    tenant: random.pick(tenants),
    // Some come in bursts, as matrix builds do.
    at: random.chance(0.3) ? Math.floor(random.between(0, arrivals) / (20 * MINUTE)) * 20 * MINUTE + random.between(0, 10 * SECOND) : random.between(0, arrivals),
    repo: isPublic ? PUBLIC_REPOSITORY : random.pick(PRIVATE_REPOSITORIES),
    tier: random.chance(0.8) ? 'small' : random.pick(TIERS),
    isPublic,
    duration: random.chance(0.002) ? random.between(6.5 * HOUR, 8 * HOUR) : random.pick([random.between(10 * SECOND, 2 * MINUTE), random.between(2 * MINUTE, 10 * MINUTE)]),
    ...(cancelled && { cancelAfter: random.pick([random.between(0, 5 * SECOND), random.between(0, 2 * MINUTE), random.between(0, 20 * MINUTE)]) }),
  };
  return { ...plan, ...drawOddity(random, weather) };
}

/** Drawn last, so that a seed's other draws stay what they were. */
function drawOddity(random: Random, weather: SimulationOptions['weather']): Partial<JobPlan> {
  const shutAfter = (): number => random.pick([0, random.between(0, 5 * SECOND), random.between(0, 5 * MINUTE)]);
  const openAfter = (): number => random.pick([random.between(0, 5 * SECOND), random.between(0, 10 * MINUTE), random.between(0, 3 * HOUR)]);
  if (weather.includes('gate') && random.chance(0.15)) return { gate: { shutAfter: shutAfter(), openAfter: openAfter() } };
  if (weather.includes('group-job') && random.chance(0.12)) return { groupOnly: random.chance(0.5) ? 'seen' : 'unseen' };
  return {};
}
