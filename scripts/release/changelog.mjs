/**
 * The changelog's section of a version, without its heading.
 *
 * @param allowUnreleased take the section "Unreleased" where the version has none yet: for a dry run
 * @throws when there is no such section, or it is empty
 */
export function changelogSection(changelog, version, { allowUnreleased = false } = {}) {
  const sections = changelog.split(/^## /m).slice(1);
  const named = (title) => sections.find((section) => section.split('\n')[0].includes(title));
  const section = named(`[${version}]`) ?? (allowUnreleased ? named('Unreleased') : undefined);
  const body = section?.split('\n').slice(1).join('\n').trim();
  if (!body) {
    throw new Error(
      `CHANGELOG.md has no section for ${version}. Rename "## [Unreleased]" to "## [${version}] - <date>", ` +
        'and say there what users of the module notice.',
    );
  }
  return body;
}
