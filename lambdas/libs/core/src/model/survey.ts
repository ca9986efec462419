import * as v from 'valibot';
import { parse, type Parsed } from './schema';

const looked = v.object({
  what: v.string(),
  where: v.string(),
  found: v.number(),
  isMore: v.optional(v.boolean()),
  unknown: v.optional(v.string()),
});
const kept = v.object({
  what: v.string(),
  found: v.optional(v.number()),
  why: v.string(),
  until: v.string(),
});
const survey = v.object({
  installationId: v.number(),
  at: v.string(),
  lookedFor: v.array(looked),
  kept: v.array(kept),
});

/**
 * One thing that an offboarding ends, where it was looked for and how many there are. `isMore`: at least so many.
 * `unknown`: why nobody could look; `found` says nothing then.
 */
export interface Looked {
  readonly what: string;
  readonly where: string;
  readonly found: number;
  readonly isMore?: boolean | undefined;
  readonly unknown?: string | undefined;
}

/** What stays of a tenant on purpose, why and until when. */
export interface Kept {
  readonly what: string;
  readonly found?: number | undefined;
  readonly why: string;
  readonly until: string;
}

/** What there is of a tenant at a time, in every place where there can be something. Times are ISO 8601. */
export interface TenantSurvey {
  readonly installationId: number;
  readonly at: string;
  readonly lookedFor: readonly Looked[];
  readonly kept: readonly Kept[];
}

/** Of what another function of ours has answered. */
export function parseSurvey(value: unknown): Parsed<TenantSurvey> {
  return parse(survey, value, { root: 'the survey' });
}
