import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runnerFiles } from './stubs/runner.mjs';

export const LATEST = '2.340.1';
export const OLD = '2.311.0';
const DAY = 86_400;
/**
 * The release's time in seconds, the same for the whole run; the files in its archive have that time, as GitHub's have.
 */
const TODAY = Math.floor(Date.now() / 1000 / DAY) * DAY;
const RELEASED = { [LATEST]: TODAY - 3 * DAY, [OLD]: TODAY - 400 * DAY };
const archiveName = (version) => `actions-runner-linux-x64-${version}.tar.gz`;
export const ARCHIVE = archiveName(LATEST);

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** GitHub's archive with a runner that reports to `url`. */
export function archiveFor(url, { version = LATEST, behaviour = 'job' } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'runner-'));
  try {
    for (const [name, content] of Object.entries(runnerFiles({ url, behaviour }))) {
      const path = join(folder, 'content', name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      chmodSync(path, 0o755);
    }
    // The same bytes each time, so that their digest can be known beforehand.
    execFileSync('sh', [
      '-c',
      `tar --sort=name --mtime=@${RELEASED[version]} --owner=0 --group=0 -C "${join(folder, 'content')}" ` +
        `-cf - . | gzip -n >"${join(folder, 'archive')}"`,
    ]);
    return readFileSync(join(folder, 'archive'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The script with another source of the runner; by default with the right digest. */
export function pinned(text, address, digest) {
  const archive = archiveFor(new URL(address).origin);
  return text
    .replace("binary_url=''", `binary_url='${address}'`)
    .replace("binary_sha256=''", `binary_sha256='${digest ?? sha256(archive)}'`);
}

export const mirror = { serve: (name, origin) => (name === ARCHIVE ? { body: archiveFor(origin) } : { status: 404 }) };

/**
 * A machine for which `answer(path, origin)` is github.com: a `curl` before the real one leads those addresses here.
 */
export function gitHub(answer) {
  const curlVia = (folder) => `#!/bin/bash\nexec /usr/bin/curl "\${@//https:\\/\\//${folder}}"\n`;
  return {
    files: (origin) => ({ 'usr/local/bin/curl': curlVia(`${origin}/files/`.replaceAll('/', '\\/')) }),
    serve: (name, origin) => answer(name, origin),
  };
}

export function newestByGitHub({ digest, newest = {} } = {}) {
  return gitHub((path, origin) => answerAsGitHub(path, origin, { digest, newest }));
}

/** What github.com and its API answer about the runner's releases. */
export function answerAsGitHub(path, origin, { digest, newest = {}, host = `${origin}/files/` } = {}) {
  if (path === 'github.com/actions/runner/releases/latest')
    return {
      status: 302,
      headers: { location: `${host}github.com/actions/runner/releases/tag/v${LATEST}` },
    };
  if (path === `github.com/actions/runner/releases/tag/v${LATEST}`) return { body: '<html></html>' };
  const version = [LATEST, OLD].find((one) => path.includes(`/v${one}`));
  if (version === undefined) return { status: 404 };
  const archive = () => archiveFor(origin, { version, ...(version === LATEST && newest) });
  if (path === `github.com/actions/runner/releases/download/v${version}/${archiveName(version)}`)
    return { body: archive() };
  if (path !== `api.github.com/repos/actions/runner/releases/tags/v${version}`) return { status: 404 };
  const asset = (name, sha) => ({
    url: 'https://api.github.com/…',
    id: 1,
    name,
    label: null,
    uploader: { login: 'github-actions[bot]', id: 2 },
    size: 3,
    digest: `sha256:${sha}`,
    download_count: 4,
  });
  const assets = [
    asset(`actions-runner-linux-arm64-${version}.tar.gz`, '2'.repeat(64)),
    asset(archiveName(version), digest ?? sha256(archive())),
  ];
  const published = new Date(RELEASED[version] * 1000).toISOString().replace('.000', '');
  return { body: JSON.stringify({ tag_name: `v${version}`, published_at: published, assets }, null, 2) };
}
