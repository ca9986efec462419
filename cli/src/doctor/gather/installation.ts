import * as v from 'valibot';
import type { ReleaseFact } from '../facts';
import { ask, askWith, type GitHubSource } from './github';

/** GitHub ignores it after an hour; the doctor keeps it for as long as it runs, and shows it to nobody. */
const tokenShape = v.object({ token: v.string() });
const installations = v.array(v.object({ id: v.number(), suspended_at: v.optional(v.nullable(v.string())) }));
const releases = v.array(
  v.object({
    tag_name: v.string(),
    draft: v.boolean(),
    prerelease: v.boolean(),
    published_at: v.nullable(v.string()),
  }),
);

/** So many releases are two years of them. */
const RELEASES = 50;

/**
 * Of any installation that is not suspended, with as little as each of them has granted.
 *
 * @throws when nobody has installed the App
 */
export async function makeToken(source: GitHubSource): Promise<string> {
  const shown = v.parse(installations, await (await ask('/app/installations?per_page=100', source)).json());
  const found = shown.find(({ suspended_at: suspended }) => (suspended ?? null) === null);
  if (found === undefined) throw new Error('Nobody has installed the App.');
  const made = await ask(`/app/installations/${found.id}/access_tokens`, source, { permissions: { actions: 'read' } });
  return v.parse(tokenShape, await made.json()).token;
}

/** Of GitHub's runner, which are public; a GitHub Enterprise Server has none, and keeps to another rule. */
export async function findReleases(token: string, source: GitHubSource): Promise<readonly ReleaseFact[]> {
  const asked = await askWith(token, `/repos/actions/runner/releases?per_page=${RELEASES}`, source);
  return v
    .parse(releases, await asked.json())
    .flatMap(({ tag_name: tag, draft, prerelease, published_at: publishedAt }) =>
      draft || prerelease || publishedAt === null ? [] : [{ version: tag.replace(/^v/, ''), publishedAt }],
    );
}
