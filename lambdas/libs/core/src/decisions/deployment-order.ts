import type { Deployment } from '../model/deployment';

/** `20260115T120000Z` of an id. */
const SECOND_LENGTH = 16;

export const secondOf = (deploymentId: string): string => deploymentId.slice(0, SECOND_LENGTH);

/**
 * Which of two deployments of an app is the newer one. GitHub tells the time of a push in whole seconds; two of one
 * second are in order where one says that the branch was at the other before.
 */
export function compareDeployments(
  asked: Pick<Deployment, 'deploymentId' | 'commit' | 'before'>,
  wanted: Pick<Deployment, 'deploymentId' | 'commit' | 'before'>,
): 'newer' | 'older' | 'tie' {
  const [own, other] = [secondOf(asked.deploymentId), secondOf(wanted.deploymentId)];
  if (own !== other) return own > other ? 'newer' : 'older';
  if (asked.before === wanted.commit) return wanted.before === asked.commit ? 'tie' : 'newer';
  return wanted.before === asked.commit ? 'older' : 'tie';
}
