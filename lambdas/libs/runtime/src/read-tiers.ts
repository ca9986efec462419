import {
  CAPACITIES,
  hasCaps,
  integer,
  map,
  object,
  oneOf,
  optional,
  parse,
  readCaps,
  strings,
  type AdmissionSettings,
  type Parsed,
  type Tier,
  type Tiers,
} from '@multi-tenant-runner/core';
import * as v from 'valibot';
import { IN_ENV, type EnvReader } from './env-reader';

const NO_TIERS = 'is not a JSON object with at least one tier';
const tier = object({
  labels: strings,
  max_runners: integer(),
  rank: optional(integer()),
  instance_types: strings,
  capacity: oneOf(CAPACITIES),
  runner_group_id: integer(),
  max_minutes_per_day: v.optional(v.unknown()),
  limit_minutes: v.optional(v.unknown()),
  limit_spend: v.optional(v.unknown()),
});
const tiersByName = v.pipe(
  map(tier, NO_TIERS),
  v.check((tiers) => tiers.size > 0, NO_TIERS),
  v.transform((tiers): Tiers => new Map([...tiers].map(([name, entry]) => [name, toTier(name, entry)]))),
);

/**
 * `{ "small": { "labels": […], "max_runners": 2, "rank": null, "instance_types": […], "capacity": "on-demand",
 * "runner_group_id": 1 } }`
 */
export function parseTiers(value: unknown): Parsed<Tiers> {
  return parse(tiersByName, value, IN_ENV);
}

function toTier(name: string, { rank, ...entry }: v.InferOutput<typeof tier>): Tier {
  return {
    name,
    labels: entry.labels,
    maxRunners: entry.max_runners,
    ...(rank !== undefined && { rank }),
    instanceTypes: entry.instance_types,
    capacity: entry.capacity,
    runnerGroupId: entry.runner_group_id,
    ...capsOf(entry),
  };
}

/** Whether GitHub shows on commits why jobs wait. */
export function readShowsChecks(reader: EnvReader): boolean {
  return reader.optionalString('CHECK_RUNS') === 'true';
}

/** A plan has judged them. */
function capsOf(entry: Readonly<Record<string, unknown>>): Pick<Tier, 'caps'> {
  const { caps } = readCaps(entry);
  return hasCaps(caps) ? { caps } : {};
}

/** What every function needs to judge a job: RUNNER_TIERS, DEFAULT_TIER, TIER_ACCESS, ALLOW_PUBLIC_REPOSITORIES. */
export function readAdmissionSettings(reader: EnvReader): AdmissionSettings {
  return {
    ...readTierNames(reader),
    tierAccess: reader.oneOf('TIER_ACCESS', ['any', 'up_to_own']),
    allowPublicRepositories: reader.boolean('ALLOW_PUBLIC_REPOSITORIES'),
  };
}

/** RUNNER_TIERS and DEFAULT_TIER. */
export function readTierNames(reader: EnvReader): { readonly tiers: Tiers; readonly defaultTier: string } {
  const tiers = reader.json<Tiers>('RUNNER_TIERS', new Map(), parseTiers);
  const defaultTier = reader.string('DEFAULT_TIER');
  if (tiers.size > 0 && defaultTier !== '' && !tiers.has(defaultTier))
    reader.report('DEFAULT_TIER', 'is not a tier of RUNNER_TIERS');
  return { tiers, defaultTier };
}

/** TIER_QUEUE_URLS: one queue for each tier. */
export function readTierQueueUrls(reader: EnvReader, tiers: Tiers): ReadonlyMap<string, string> {
  const urls = reader.stringMap('TIER_QUEUE_URLS');
  const without = [...tiers.keys()].filter((tier) => !urls.has(tier));
  if (urls.size > 0 && without.length > 0) reader.report('TIER_QUEUE_URLS', `has no queue for ${without.join(', ')}`);
  return urls;
}
