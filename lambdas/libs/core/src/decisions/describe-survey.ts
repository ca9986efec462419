import type { Looked, TenantSurvey } from '../model/survey';
import type { TenantStatus } from '../model/tenant';

/** What is there, or may be: where nobody could look nothing is proved. */
export function leftOf({ lookedFor }: TenantSurvey): readonly Looked[] {
  return lookedFor.filter(({ found, unknown }) => found > 0 || unknown !== undefined);
}

/** What a survey says of an offboarding that is to come, or that was. Pure. */
export function describeSurvey(
  survey: TenantSurvey,
  { status, cleanup }: { readonly status: TenantStatus; readonly cleanup?: 'pending' | 'done' | undefined },
): { readonly done: boolean; readonly sentence: string } {
  const left = leftOf(survey);
  const names = left.map(sayLooked).join(', ');
  if (status !== 'deleted') {
    const ends = left.length === 0 ? 'it has nothing now' : `it has ${names}`;
    return {
      done: false,
      sentence: `An offboarding ends all that the tenant has: ${ends}. Drain it first to let jobs finish.`,
    };
  }
  const places = `${survey.lookedFor.length} places were looked in at ${survey.at}`;
  if (left.length === 0 && cleanup === 'done') return { done: true, sentence: `Nothing is left: ${places}.` };
  if (left.length === 0)
    return { done: false, sentence: `Nothing is left; the sweep says so within a minute: ${places}.` };
  return { done: false, sentence: `Not proved gone: ${names}. The sweep looks again every minute; ${places}.` };
}

export function sayLooked({ what, found, isMore, unknown }: Looked): string {
  if (unknown !== undefined) return `${what} (not looked for: ${unknown})`;
  return `${found}${isMore === true ? ' or more' : ''} ${what}`;
}

/** For the audit trail, whose rows are plain: how many of each, or why nobody could look. */
export function recordOfSurvey({ lookedFor, kept }: TenantSurvey): Readonly<Record<string, string | number>> {
  const removed = lookedFor.map(({ what, found, unknown }) => [
    nameOf(what),
    unknown === undefined ? found : `not looked for: ${unknown}`,
  ]);
  const stays = kept.flatMap(({ what, found }) => (found === undefined ? [] : [[`kept_${nameOf(what)}`, found]]));
  return Object.fromEntries([...removed, ...stays]);
}

const nameOf = (what: string): string => what.toLowerCase().replaceAll(/[^a-z]+/g, '_');
