import {
  CAPACITIES,
  Decoder,
  type AdmissionSettings,
  type Decoded,
  type Tier,
  type TierAccess,
  type Tiers,
} from '@multi-tenant-runner/core';
import type { EnvReader } from './env-reader';

/**
 * `{ "small": { "labels": […], "max_runners": 2, "rank": null, "instance_types": […], "capacity": "on-demand",
 * "runner_group_id": 1 } }`
 */
export function parseTiers(value: unknown): Decoded<Tiers> {
  const problems: string[] = [];
  const entries = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
  if (entries.length === 0) return { ok: false, problems: ['is not a JSON object with at least one tier'] };
  const tiers = new Map(entries.map(([name, tier]) => [name, readTier(name, Decoder.of(tier, name, problems))]));
  return problems.length === 0 ? { ok: true, value: tiers } : { ok: false, problems };
}

function readTier(name: string, decoder: Decoder): Tier {
  const rank = decoder.optionalWholeNumber('rank');
  return {
    name,
    labels: decoder.texts('labels'),
    maxRunners: decoder.wholeNumber('max_runners'),
    ...(rank !== undefined && { rank }),
    instanceTypes: decoder.texts('instance_types'),
    capacity: decoder.oneOf('capacity', CAPACITIES),
    runnerGroupId: decoder.wholeNumber('runner_group_id'),
  };
}

/** What every function needs to judge a job: RUNNER_TIERS, DEFAULT_TIER, TIER_ACCESS, ALLOW_PUBLIC_REPOSITORIES. */
export function readAdmissionSettings(reader: EnvReader): AdmissionSettings {
  return {
    ...readTierNames(reader),
    tierAccess: reader.oneOf<TierAccess>('TIER_ACCESS', ['any', 'up_to_own']),
    allowPublicRepositories: reader.boolean('ALLOW_PUBLIC_REPOSITORIES'),
  };
}

/** RUNNER_TIERS and DEFAULT_TIER. */
export function readTierNames(reader: EnvReader): { readonly tiers: Tiers; readonly defaultTier: string } {
  const tiers = reader.json<Tiers>('RUNNER_TIERS', new Map(), parseTiers);
  const defaultTier = reader.text('DEFAULT_TIER');
  if (tiers.size > 0 && defaultTier !== '' && !tiers.has(defaultTier))
    reader.report('DEFAULT_TIER', 'is not a tier of RUNNER_TIERS');
  return { tiers, defaultTier };
}

/** TIER_QUEUE_URLS: one queue for each tier. */
export function readTierQueueUrls(reader: EnvReader, tiers: Tiers): ReadonlyMap<string, string> {
  const urls = reader.textMap('TIER_QUEUE_URLS');
  const without = [...tiers.keys()].filter((tier) => !urls.has(tier));
  if (urls.size > 0 && without.length > 0) reader.report('TIER_QUEUE_URLS', `has no queue for ${without.join(', ')}`);
  return urls;
}
