import type { GitHub } from '../github';
import type { Answer } from '../../lib/http';
import type { Account, Installation, Repository } from '../state/model';
import { nodeId } from '../rest/representations';
import { pushWebhook } from '../webhooks/push';
import { readCommit, readCommits } from './commits';
import { NO_COMMIT, followPush } from './pull-requests';

/** Beyond them GitHub sends nothing. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const MOST_TAGS = 3;
const MOST_BRANCHES = 5000;

export interface PushedTo {
  readonly owner: Account;
  readonly repository: Repository;
  /** Absent where the App is not installed: nothing is sent from there. */
  readonly installation?: Installation;
}

interface Change {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
}

/** Lets a push through, and sends a webhook for each branch and tag that it changed. */
export async function sendPushes(github: GitHub, place: PushedTo, serve: () => Promise<Answer>): Promise<Answer> {
  const { id } = place.repository;
  const before = await refsOf(github, id);
  const answer = await serve();
  const changes = changesOf(before, await refsOf(github, id));
  for (const change of changes) {
    const others = [...before].filter(([ref]) => ref !== change.ref).map(([, sha]) => sha);
    await announce(github, place, change, others);
    await followPush(github, place, change);
  }
  return answer;
}

async function announce(github: GitHub, place: PushedTo, change: Change, others: readonly string[]): Promise<void> {
  const { installation, repository } = place;
  const { id } = repository;
  const { before, after } = change;
  const isNew = before === NO_COMMIT;
  const since = isNew ? others.map((sha) => `^${sha}`) : [`^${before}`];
  const deleted = after === NO_COMMIT;
  const commits =
    deleted || !change.ref.startsWith('refs/heads/') ? [] : await readCommits(github.git, id, after, ...since);
  const head = deleted ? undefined : await readCommit(github.git, id, after);
  const forced =
    !isNew && !deleted && (await github.git.run(id, 'merge-base', '--is-ancestor', before, after)) === undefined;
  const at = github.clock();
  if (change.ref.startsWith('refs/heads/')) record(github, id, { change, forced, at });
  if (installation !== undefined)
    github.send(pushWebhook({ installation, repository }, { ...change, commits, head, forced, at }));
}

function record(
  { moves, store }: GitHub,
  id: number,
  { change, forced, at }: { readonly change: Change; readonly forced: boolean; readonly at: number },
): void {
  const { before, after } = change;
  const kind = before === NO_COMMIT ? 'branch_creation' : after === NO_COMMIT ? 'branch_deletion' : undefined;
  const number = store.nextId();
  const move = { ...change, id: number, node_id: nodeId('PSH', number), actor: null, at } as const;
  moves.set(id, [...(moves.get(id) ?? []), { ...move, activity_type: kind ?? (forced ? 'force_push' : 'push') }]);
}

function changesOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): readonly Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changed = names
    .map((ref) => ({ ref, before: before.get(ref) ?? NO_COMMIT, after: after.get(ref) ?? NO_COMMIT }))
    .filter((one) => one.before !== one.after);
  const of = (kind: string): readonly Change[] => changed.filter(({ ref }) => ref.startsWith(`refs/${kind}/`));
  const [branches, tags] = [of('heads'), of('tags')];
  if (branches.length > MOST_BRANCHES) return [];
  return tags.length > MOST_TAGS ? branches : [...branches, ...tags];
}

async function refsOf({ git }: GitHub, id: number): Promise<ReadonlyMap<string, string>> {
  const printed = await git.run(id, 'for-each-ref', '--format=%(refname) %(objectname)');
  const lines = (printed?.toString() ?? '').split('\n').filter((line) => line !== '');
  return new Map(lines.map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] ?? '']));
}
