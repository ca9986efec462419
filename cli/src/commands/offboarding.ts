import {
  SECOND,
  describeSurvey,
  leftOf,
  sayLooked,
  type TenantLookup,
  type TenantSurvey,
} from '@multi-tenant-runner/core';
import type { Answer, Row } from '../answer';
import type { Fleet } from '../fleet';
import { EXIT, Problem } from '../problem';
import { findTenant } from '../read/find-tenant';
import { editTenant, type ChangeOptions } from './tenants';

/** How long a command waits for what the sweep does; undefined: not at all. */
export interface Waiting {
  readonly until?: Date;
}

/** The sweep comes every minute. */
const LOOK_EVERY = 5 * SECOND;
/** An offboarded tenant's trail ends with it, but for edits of its row. */
const NEWEST = 50;

/** Starts no more of a tenant's jobs, and says what still runs; waits for its end if asked to. */
export async function drainTenant(name: string, options: ChangeOptions & Waiting, fleet: Fleet): Promise<Answer> {
  const { installationId } = await findTenant(name, fleet.directory);
  const { sentence = '' } = await editTenant(name, { kind: 'suspend' }, options, fleet);
  const { launches, clock, sleep } = fleet;
  for (;;) {
    const running = (await launches.listOpen(installationId)).length;
    const fields = { installation: installationId, running, drained: running === 0 };
    if (options.dryRun) return { kind: 'fields', fields: { ...fields, dry_run: true }, sentence };
    if (running === 0) return { kind: 'fields', fields, sentence: `${name} is drained: nothing of it runs.` };
    if (options.until === undefined) return { kind: 'fields', fields, sentence };
    if (clock.now() >= options.until)
      throw new Problem(`${name} is not drained: ${running} of it still run. It starts no more jobs.`, EXIT.failed);
    await sleep(LOOK_EVERY);
  }
}

/** Ends a tenant for good. A dry run is the plan; afterwards comes the proof, which it waits for if asked to. */
export async function offboardTenant(name: string, options: ChangeOptions & Waiting, fleet: Fleet): Promise<Answer> {
  const lookup = await findTenant(name, fleet.directory);
  const { installationId } = lookup;
  const said = await editTenant(name, { kind: 'offboard' }, options, fleet);
  if (options.dryRun) return planOf(await fleet.surveyor.survey(installationId));
  const { now, survey, done, sentence } = await lookUntilGone(installationId, options, fleet);
  if (!done && options.until !== undefined) throw new Problem(sentence, EXIT.failed);
  return { ...said, fields: { ...said.fields, ...proofOf(survey, now) }, sentence };
}

/** The first look at which nothing is left, or the one when the time is over; once, where nobody waits. */
export async function lookUntilGone(
  installationId: number,
  { until }: Waiting,
  { directory, surveyor, clock, sleep }: Fleet,
) {
  for (;;) {
    const now = await directory.get(installationId);
    const survey = await surveyor.survey(installationId);
    const said = describeSurvey(survey, stateOf(now));
    if (said.done || until === undefined || clock.now() >= until) return { now, survey, ...said };
    await sleep(LOOK_EVERY);
  }
}

/** What `tenants show` adds for a tenant that is offboarded: a look at what is left, now. */
export async function offboardingFields(lookup: TenantLookup, { surveyor, audit }: Fleet): Promise<Row> {
  if (stateOf(lookup).status !== 'deleted') return {};
  const { installationId } = lookup;
  const [survey, { entries }] = await Promise.all([
    surveyor.survey(installationId),
    audit.ofTenant(installationId, { limit: NEWEST }),
  ]);
  const recorded = entries.find(({ action }) => action === 'tenant.offboarding-proved');
  return { ...proofOf(survey, lookup), ...(recorded && { proof_recorded_at: recorded.at }) };
}

function proofOf(survey: TenantSurvey, lookup: TenantLookup): Row {
  const { done, sentence } = describeSurvey(survey, stateOf(lookup));
  return {
    gone: done,
    proof: sentence,
    looked_for: survey.lookedFor.map((one) => `${sayLooked(one)} (${one.where})`),
    ...(leftOf(survey).length > 0 && { left: leftOf(survey).map(sayLooked) }),
    kept: survey.kept.map(({ what, found, why, until }) => `${found ?? ''} ${what}, until ${until}: ${why}`.trim()),
  };
}

function planOf({ lookedFor, kept }: TenantSurvey): Answer {
  const ends = lookedFor.map(
    ({ what, where, found, isMore, unknown }): Row => ({
      what,
      found: unknown === undefined ? `${found}${isMore === true ? '+' : ''}` : 'unknown',
      becomes: 'removed',
      note: unknown ?? where,
    }),
  );
  const stays = kept.map(
    ({ what, found, why, until }): Row => ({
      what,
      ...(found !== undefined && { found: String(found) }),
      becomes: 'kept',
      until,
      note: why,
    }),
  );
  return {
    kind: 'rows',
    columns: ['what', 'found', 'becomes', 'until', 'note'],
    rows: [...ends, ...stays],
    none: 'There is nothing to end.',
  };
}

function stateOf(lookup: TenantLookup) {
  if (lookup.kind === 'tenant') return { status: lookup.tenant.status, cleanup: lookup.tenant.cleanup };
  return { status: 'deleted', cleanup: lookup.kind === 'tombstone' ? lookup.cleanup : undefined } as const;
}
