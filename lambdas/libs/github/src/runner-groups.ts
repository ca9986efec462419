import { MINUTE, plus, type Clock, type GitHubFailure, type RunnerGroupAnswer, type RunnerGroupName, type RunnerPlace } from '@multi-tenant-runner/core';
import type { AskAsInstallation } from './github';
import { isSame } from './follow-renames';

const PAGE = 100;
/** An organisation has few; what can't be found among so many is not looked for any longer. */
const PAGES = 10;

type Found = { readonly kind: 'found'; readonly groupId: number } | { readonly kind: 'none' } | GitHubFailure;

/** For so long a group that was found is not asked for again by the same container: one that is made smaller costs a few machines until then. */
const KNOWN_FOR = 5 * MINUTE;
const ROOM = 5_000;

export interface RunnerGroups {
  /** A group by the name or id that it has in the organisation, and whether it may run jobs of the repository. */
  find(place: RunnerPlace, wanted: RunnerGroupName, repo: string): Promise<RunnerGroupAnswer>;
}

/** https://docs.github.com/en/rest/actions/self-hosted-runner-groups#list-self-hosted-runner-groups-for-an-organization */
export function createRunnerGroups({ ask, clock }: { readonly ask: AskAsInstallation; readonly clock: Clock }): RunnerGroups {
  const known = new Map<string, { readonly groupId: number; readonly until: Date }>();
  const keep = (key: string, groupId: number): void => {
    known.delete(key);
    known.set(key, { groupId, until: plus(clock.now(), KNOWN_FOR) });
    const [oldest] = known.keys();
    if (known.size > ROOM && oldest !== undefined) known.delete(oldest);
  };
  return {
    find: async (place, wanted, repo) => {
      const key = JSON.stringify([place.installationId, wanted, repo.toLowerCase()]);
      const entry = known.get(key);
      if (entry !== undefined && entry.until > clock.now()) return { kind: 'found', groupId: entry.groupId };
      const visible = await search(place, wanted, { visible_to_repository: repo }, ask);
      if (visible.kind === 'found') keep(key, visible.groupId);
      if (visible.kind !== 'none') return visible;
      const any = await search(place, wanted, {}, ask);
      return any.kind === 'found' ? { kind: 'leaves-out' } : any;
    },
  };
}

async function search(place: RunnerPlace, wanted: RunnerGroupName, filter: Readonly<Record<string, string>>, ask: AskAsInstallation): Promise<Found> {
  const { installationId, owner } = place;
  for (let page = 1; page <= PAGES; page += 1) {
    const parameters = { org: owner, per_page: PAGE, page, ...filter };
    const answer = await ask({ installationId, scope: { kind: 'organization' }, purpose: 'launch', route: 'GET /orgs/{org}/actions/runner-groups', parameters });
    if (answer.kind !== 'answer') return answer;
    const listed: unknown = Reflect.get(Object(answer.data), 'runner_groups');
    if (!Array.isArray(listed)) return { kind: 'unavailable', message: "GitHub's answer has no list of runner groups" };
    const groupId = listed.map((group) => idIfWanted(group, wanted)).find((id) => id !== undefined);
    if (groupId !== undefined) return { kind: 'found', groupId };
    if (listed.length < PAGE) return { kind: 'none' };
  }
  return { kind: 'none' };
}

function idIfWanted(group: unknown, wanted: RunnerGroupName): number | undefined {
  const id: unknown = Reflect.get(Object(group), 'id');
  const name: unknown = Reflect.get(Object(group), 'name');
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  const fits = typeof wanted === 'number' ? id === wanted : typeof name === 'string' && isSame(name, wanted);
  return fits ? id : undefined;
}
