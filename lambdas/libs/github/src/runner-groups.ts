import {
  MINUTE,
  keepNewest,
  plus,
  type Clock,
  type GitHubFailure,
  type RunnerGroupAnswer,
  type RunnerGroupName,
  type RunnerPlace,
} from '@multi-tenant-runner/core';
import type { AskAsInstallation } from './calls';
import { isSame } from './follow-renames';

const PAGE = 100;
/** An organisation has few groups; the search stops after this many pages. */
const PAGES = 10;

interface Group {
  readonly groupId: number;
  /** It takes jobs of every private repository. */
  readonly isForAll: boolean;
}
type Found = ({ readonly kind: 'found' } & Group) | { readonly kind: 'none' } | GitHubFailure;

/**
 * How long a container caches a group that it found: after a group is restricted, a few machines start in vain until
 * then.
 */
const KNOWN_FOR = 5 * MINUTE;
const ROOM = 5_000;

/** What the list says of a group that takes every private repository. */
const FOR_ALL: ReadonlySet<unknown> = new Set(['all', 'private']);

export interface RunnerGroups {
  /** Finds a group by its name or id in the organisation, and whether it may run jobs of the repository. */
  find(place: RunnerPlace, wanted: RunnerGroupName, repo: string): Promise<RunnerGroupAnswer>;
}

/**
 * https://docs.github.com/en/rest/actions/self-hosted-runner-groups#list-self-hosted-runner-groups-for-an-organization
 */
export function createRunnerGroups({
  ask,
  clock,
}: {
  readonly ask: AskAsInstallation;
  readonly clock: Clock;
}): RunnerGroups {
  const known = new Map<string, { readonly group: Group; readonly until: Date }>();
  const underWay = new Map<string, Promise<Sought>>();
  const keep = (key: string, { groupId, isForAll }: Group): void => {
    keepNewest(known, ROOM, key, { group: { groupId, isForAll }, until: plus(clock.now(), KNOWN_FOR) });
  };
  const seek = async (place: RunnerPlace, wanted: RunnerGroupName, repo: string): Promise<Sought> => {
    const visible = await search(place, wanted, { visible_to_repository: repo }, ask);
    if (visible.kind !== 'none') return visible;
    const any = await search(place, wanted, {}, ask);
    return any.kind === 'found' ? { kind: 'leaves-out' } : any;
  };
  return {
    find: async (place, wanted, repo) => {
      const key = JSON.stringify([place.installationId, place.owner.toLowerCase(), wanted, repo.toLowerCase()]);
      const entry = known.get(key);
      if (entry !== undefined && entry.until > clock.now()) return { kind: 'found', ...entry.group, isNews: false };
      const others = underWay.get(key);
      if (others !== undefined) return ofOthers(await others);
      const own = seek(place, wanted, repo);
      underWay.set(key, own);
      try {
        const sought = await own;
        if (sought.kind !== 'found') return sought;
        keep(key, sought);
        return { ...sought, isNews: true };
      } finally {
        underWay.delete(key);
      }
    },
  };
}

type Sought = Found | { readonly kind: 'leaves-out' };

const ofOthers = (sought: Sought): RunnerGroupAnswer =>
  sought.kind === 'found' ? { ...sought, isNews: false } : sought;

async function search(
  place: RunnerPlace,
  wanted: RunnerGroupName,
  filter: Readonly<Record<string, string>>,
  ask: AskAsInstallation,
): Promise<Found> {
  const { installationId, owner } = place;
  for (let page = 1; page <= PAGES; page += 1) {
    const parameters = { org: owner, per_page: PAGE, page, ...filter };
    const answer = await ask({
      installationId,
      scope: { kind: 'organization' },
      purpose: 'launch',
      route: 'GET /orgs/{org}/actions/runner-groups',
      parameters,
    });
    if (answer.kind !== 'answer') return answer;
    const listed: unknown = Reflect.get(Object(answer.data), 'runner_groups');
    if (!Array.isArray(listed)) return { kind: 'unavailable', message: "GitHub's answer has no list of runner groups" };
    const found = listed.map((group) => ifWanted(group, wanted)).find((group) => group !== undefined);
    if (found !== undefined) return { kind: 'found', ...found };
    if (listed.length < PAGE) return { kind: 'none' };
  }
  return { kind: 'none' };
}

function ifWanted(group: unknown, wanted: RunnerGroupName): Group | undefined {
  const id: unknown = Reflect.get(Object(group), 'id');
  const name: unknown = Reflect.get(Object(group), 'name');
  if (typeof id !== 'number' || !Number.isSafeInteger(id)) return undefined;
  const fits = typeof wanted === 'number' ? id === wanted : typeof name === 'string' && isSame(name, wanted);
  if (!fits) return undefined;
  // Of one that the organisation inherits, an enterprise may have said which of its organisations it is for.
  const isForAll =
    Reflect.get(Object(group), 'inherited') === false && FOR_ALL.has(Reflect.get(Object(group), 'visibility'));
  return { groupId: id, isForAll };
}
