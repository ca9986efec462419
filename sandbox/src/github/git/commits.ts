import type { Git } from './git';

export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601 with the writer's own offset. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

/** A push's payload holds no more. https://docs.github.com/en/webhooks/webhook-events-and-payloads#push */
const MOST = 2048;
const [RECORD, FIELD, END] = ['\u0001', '\u0002', '\u0003'];
const FORMAT = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'].join('%x02');

/** The commits that git's own words choose, oldest first. */
export async function readCommits(git: Git, id: number, ...chosen: readonly string[]): Promise<readonly Commit[]> {
  const format = `--format=%x01${FORMAT}%x03`;
  const quoted = ['-c', 'core.quotePath=false'];
  const words = [...quoted, 'log', '--reverse', `--max-count=${MOST}`, '--name-status', '--no-renames', format];
  const printed = await git.run(id, ...words, ...chosen, '--');
  return (printed?.toString() ?? '').split(RECORD).slice(1).map(commitOf);
}

/** One commit, by anything that names it. */
export async function readCommit(git: Git, id: number, name: string): Promise<Commit | undefined> {
  const sha = await commitNamed(git, id, name);
  return sha === undefined ? undefined : (await readCommits(git, id, '-1', sha))[0];
}

/** The commit of a branch, a tag or a part of a SHA. What looks like an option names nothing. */
export async function commitNamed(git: Git, id: number, name: string): Promise<string | undefined> {
  const found = await git.run(id, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  const lines = found?.toString().trim().split('\n') ?? [];
  return lines.find((line) => /^[0-9a-f]{40}$/.test(line));
}

function commitOf(record: string): Commit {
  const [head = '', files = ''] = record.split(END);
  const [sha = '', tree = '', parents = '', ...people] = head.split(FIELD);
  const [authorName = '', authorEmail = '', authored = '', name = '', email = '', date = '', message = ''] = people;
  const named = (kind: string): readonly string[] =>
    files.split('\n').flatMap((line) => (line.startsWith(`${kind}\t`) ? [line.slice(2)] : []));
  return {
    sha,
    tree,
    parents: parents.split(' ').filter((one) => one !== ''),
    author: { name: authorName, email: authorEmail, date: authored },
    committer: { name, email, date },
    message: message.replace(/\n+$/, ''),
    added: named('A'),
    removed: named('D'),
    modified: named('M'),
  };
}
